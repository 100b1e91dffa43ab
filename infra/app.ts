/** `npm run synth`: writes the CloudFormation templates of one stage and the functions' bundles, and says where; or looks up its existing tables. */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { buildApp } from './build-app.ts';
import { lookUp } from './look-up.ts';
import { writeTableFacts } from './settings/existing-tables.ts';
import { stageOf } from './stages.ts';
import { synthesizeValidated } from './validated.ts';

const HELP = `Usage: npm run synth -- [--stage dev|staging|prod] [--out FOLDER]
       npm run synth -- --stage NAME --look-up

Synthesizes the system's CloudFormation templates. Needs no AWS account and no network, but for --look-up.

  --stage NAME   which stage of infra/stages.ts (dev)
  --out FOLDER   where to write (cdk.out; what the CDK command line asks for when it runs this)
  --look-up      instead: ask DynamoDB what the stage's existing tables are like, and write it into infra/existing/,
                 for every synthesis after it. Reads only. Uses AWS_PROFILE and AWS_REGION
  --help         this text
`;

interface Arguments {
  readonly stage: string;
  readonly out: string;
  readonly lookUp: boolean;
  /** CDK's own switch; off where nothing is deployed. */
  readonly validate: boolean;
}

function readArguments(environment: NodeJS.ProcessEnv): Arguments | 'help' {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string', default: 'dev' },
      out: { type: 'string' },
      'look-up': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  stageOf(values.stage);
  return {
    stage: values.stage,
    out: values.out || environment['CDK_OUTDIR'] || 'cdk.out',
    lookUp: values['look-up'],
    validate: environment['CDK_VALIDATION'] !== 'false',
  };
}

function synthesize({ stage, out, validate }: Arguments): string {
  const startedMs = performance.now();
  const assembly = validate
    ? synthesizeValidated({ stage, outdir: out })
    : buildApp({ stage, outdir: out, validate }).app.synth();
  const types = assembly.stacks.flatMap((stack) =>
    Object.values<{ Type: string }>(stack.template.Resources).map((resource) => resource.Type),
  );
  const count = (type: string) => types.filter((candidate) => candidate === type).length;
  return [
    `Stage ${stage}: ${assembly.stacks.length} stacks`,
    `${count('AWS::DynamoDB::Table')} tables`,
    `stream processors: ${count('AWS::Lambda::EventSourceMapping')}`,
    `${types.length} resources → ${relative('', assembly.directory) || '.'} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`,
  ].join(', ');
}

async function lookUpTables(name: string): Promise<string> {
  const facts = await lookUp(stageOf(name), new DynamoDBClient({}));
  const file = writeTableFacts(name, facts);
  return `Stage ${name}: ${Object.keys(facts).length} existing tables → ${relative('', file)}; look at it, and commit it`;
}

async function main(): Promise<number> {
  let args: Arguments | 'help';
  try {
    args = readArguments(process.env);
  } catch (error) {
    console.error(`synth: ${lineOf(error)}`);
    return 2;
  }
  if (args === 'help') {
    console.log(HELP);
    return 0;
  }
  try {
    console.log(args.lookUp ? await lookUpTables(args.stage) : synthesize(args));
    return 0;
  } catch (error) {
    console.error(`synth: ${lineOf(error)}`);
    return 1;
  }
}

function lineOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main();
