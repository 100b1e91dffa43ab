/** What `npm run deploy` is told, and what it tells the CDK command line. Pure. */
import { parseArgs } from 'node:util';
import { Problem } from '../../local/problem.ts';

/**
 * Reads the cloud assembly that the aws-cdk-lib in package.json writes. `latest` on the registry is another major version, which does
 * not; it is no dependency because of its 29 MB.
 */
export const CDK_VERSION = '2.1148.1';

const COMMANDS = ['deploy', 'diff', 'bootstrap', 'destroy'] as const;
export type DeployCommand = (typeof COMMANDS)[number];

export const HELP = `Usage: npm run deploy -- --stage NAME [options] [-- CDK OPTIONS]
       npm run deploy -- bootstrap|diff|destroy --stage NAME [options] [-- CDK OPTIONS]

Checks what a deployment needs, synthesizes the stage, and hands it to the CDK command line (aws-cdk@${CDK_VERSION}, by npx).

  deploy            makes or updates all stacks of the stage (default)
  diff              shows what a deployment would change, and changes nothing
  bootstrap         prepares account and region for the CDK, once
  destroy           deletes the stacks of the stage; docs/deploy.md says what stays

  --stage NAME      which stage of infra/stages.ts; none is guessed
  --profile NAME    of the AWS configuration files (AWS_PROFILE)
  --region NAME     AWS region (AWS_REGION, or the profile's)
  --check           only say what is missing
  --yes             ask nothing: for pipelines, where nobody can answer
  --help            this text

What follows a second -- is given to the CDK as it is: npm run deploy -- --stage dev -- --no-rollback
`;

export interface DeployArguments {
  readonly command: DeployCommand;
  readonly stage: string;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly check: boolean;
  readonly yes: boolean;
  /** The CDK's own, untouched. */
  readonly rest: readonly string[];
}

/** @throws Problem, or parseArgs' own TypeError, with one line */
export function readArguments(argv: readonly string[]): DeployArguments | 'help' {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const { values, positionals } = parseArgs({
    args: [...own],
    allowPositionals: true,
    options: {
      stage: { type: 'string' },
      profile: { type: 'string' },
      region: { type: 'string' },
      check: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { stage, profile, region, check, yes } = values;
  if (positionals.length > 1)
    throw new Problem(`"${positionals[1]}" is one word too many; the CDK's own options follow a second --`);
  const command = commandOf(positionals[0] ?? 'deploy');
  if (!stage) throw new Problem('which stage? Say it, e.g. --stage dev');
  const rest = end < 0 ? [] : argv.slice(end + 1);
  return { command, stage, profile, region, check, yes, rest };
}

function commandOf(word: string): DeployCommand {
  const known = COMMANDS.find((command) => command === word);
  if (known === undefined) throw new Problem(`"${word}" is no command; use one of ${COMMANDS.join(', ')}`);
  return known;
}

export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** @param folder the synthesized assembly @returns what follows `npx` */
export function cdkArguments(
  { command, profile, yes, rest }: DeployArguments,
  { accountId, region }: Place,
  folder: string,
): string[] {
  return [
    '--yes',
    `aws-cdk@${CDK_VERSION}`,
    ...(command === 'bootstrap'
      ? ['bootstrap', `aws://${accountId}/${region}`]
      : [command, '--all', '--app', folder]),
    ...(yes ? UNASKED[command] : []),
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...rest,
  ];
}

/** Without questions stacks that do not wait for each other can go side by side. */
const UNASKED: Readonly<Record<DeployCommand, readonly string[]>> = {
  deploy: ['--require-approval', 'never', '--concurrency', '4'],
  diff: [],
  bootstrap: [],
  destroy: ['--force'],
};
