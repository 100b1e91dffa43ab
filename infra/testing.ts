/** Templates for tests: functions unbundled, CloudFormation's own validation off, so that one costs a third of a second. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { buildApp, type StreamkeeperApp } from './build-app.ts';
import type { Stage } from './stages.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export type StackName = keyof StreamkeeperApp['stacks'];

const made = new Map<string, Readonly<Record<StackName, Template>>>();

/** All stacks of a stage as templates; those of a stage that is named are made once. */
export function templatesOf(stage: string | Stage): Readonly<Record<StackName, Template>> {
  const known = typeof stage === 'string' ? made.get(stage) : undefined;
  if (known) return known;
  const templates = synthesize(stage);
  if (typeof stage === 'string') made.set(stage, templates);
  return templates;
}

function synthesize(stage: string | Stage): Readonly<Record<StackName, Template>> {
  return inFolder((outdir) => {
    const { stacks } = buildApp({ stage, outdir, bundle: false });
    return {
      ekBharath: Template.fromStack(stacks.ekBharath),
      marketplace: Template.fromStack(stacks.marketplace),
      opportunityAnalysis: Template.fromStack(stacks.opportunityAnalysis),
      mediphant: Template.fromStack(stacks.mediphant),
      operations: Template.fromStack(stacks.operations),
    };
  });
}

/** The template of a stack that holds what `build` puts into it. */
export function templateOf(build: (stack: Stack) => void): Template {
  return inFolder((outdir) => {
    const app = new App({
      outdir,
      builtinCloudFormationValidation: false,
      analyticsReporting: false,
      context: { 'aws:cdk:bundling-stacks': [], '@aws-cdk/aws-iam:minimizePolicies': true },
    });
    const stack = new Stack(app, 'Test');
    build(stack);
    return Template.fromStack(stack);
  });
}

function inFolder<T>(work: (outdir: string) => T): T {
  const outdir = mkdtempSync(join(tmpdir(), 'streamkeeper-synth-'));
  try {
    return work(outdir);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

export function streamedTable(stack: Stack): Table {
  return new Table(stack, 'Table', {
    tableName: 'things',
    partitionKey: { name: 'id', type: AttributeType.STRING },
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
  });
}

/** The resources of a type, by logical id. */
export function resources(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as unknown as Record<string, Resource>;
}

/** The one resource of a type whose logical id contains `part`. */
export function resource(template: Template, type: string, part = ''): Resource & { readonly id: string } {
  const found = Object.entries(resources(template, type)).filter(([id]) => id.includes(part));
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`${found.length} resources of type ${type} contain "${part}"; the test wants one`);
  }
  return { id: first[0], ...first[1] };
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** The statements of a policy resource. */
export function statements(policy: Resource): readonly Statement[] {
  return (policy.Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement;
}

export function actionsOf(policy: Resource): string[] {
  return statements(policy)
    .flatMap(({ Action: action }) => action)
    .sort();
}
