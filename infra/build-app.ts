/** The whole system as a CDK app, for the command line, the local run and the tests alike; it needs no account and no network. */
import { App } from 'aws-cdk-lib';
import { EkBharathStack } from './stacks/ek-bharath-stack.ts';
import { MarketplaceStack } from './stacks/marketplace-stack.ts';
import { MediphantStack } from './stacks/mediphant-stack.ts';
import { OperationsStack } from './stacks/operations-stack.ts';
import { OpportunityAnalysisStack } from './stacks/opportunity-analysis-stack.ts';
import { checkStage } from './stage-schema.ts';
import { type Stage, stageOf } from './stages.ts';

export interface AppOptions {
  /** dev, staging or prod; or a stage of the caller's own. */
  readonly stage: string | Stage;
  /** The folder that `app.synth()` writes templates and bundles to. */
  readonly outdir: string;
  /**
   * False leaves the functions' code as it lies in the repository: the template is the same but for the code's hash, in a
   * tenth of the time. Not for deploying.
   *
   * @default true
   */
  readonly bundle?: boolean;
  /**
   * Whether `app.synth()` holds the templates against CloudFormation's own schemas, and fails if they do not fit. Takes two
   * seconds or more.
   *
   * @default as `bundle`
   */
  readonly validate?: boolean;
}

export interface StreamkeeperApp {
  readonly app: App;
  readonly stacks: {
    readonly ekBharath: EkBharathStack;
    readonly marketplace: MarketplaceStack;
    readonly opportunityAnalysis: OpportunityAnalysisStack;
    readonly mediphant: MediphantStack;
    readonly operations: OperationsStack;
  };
}

/** @throws Error with one line when the stage or its values are wrong */
export function buildApp(options: AppOptions): StreamkeeperApp {
  const { outdir, bundle = true, validate = bundle } = options;
  const stage = typeof options.stage === 'string' ? stageOf(options.stage) : checkStage(options.stage);
  const app = new App({
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: validate,
    // postCliContext: the CDK CLI, when it runs the app, does not override these.
    postCliContext: {
      // Resource metadata names the bundle's folder and the construct's path: the local run and `cdk deploy` read them.
      'aws:cdk:enable-asset-metadata': true,
      'aws:cdk:enable-path-metadata': true,
      ...(bundle ? {} : { 'aws:cdk:bundling-stacks': [] }),
      '@aws-cdk/aws-iam:minimizePolicies': true,
      '@aws-cdk/core:checkSecretUsage': true,
      '@aws-cdk/core:validateAgainstDefaultRules': true,
      '@aws-cdk/core:target-partitions': ['aws'],
    },
  });
  const stacks = {
    ekBharath: new EkBharathStack(app, stage),
    marketplace: new MarketplaceStack(app, stage),
    opportunityAnalysis: new OpportunityAnalysisStack(app, stage),
    mediphant: new MediphantStack(app, stage),
    operations: new OperationsStack(app, stage),
  };
  // An order of deployment, not an export: notifications claim their events in the marketplace's idempotency table.
  stacks.ekBharath.addStackDependency(stacks.marketplace);
  // So that the first alarm finds the topic that it reports to.
  const { operations, ...systems } = stacks;
  for (const system of Object.values(systems)) system.addStackDependency(operations);
  return { app, stacks };
}
