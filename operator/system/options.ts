/**
 * Which system a command is for: `--stage` for a deployed one, `--local` for the run on this machine. Without either it is the stage
 * in STREAMKEEPER_STAGE, else the local run if one is up, and else nothing: a command never guesses a deployed stage.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Problem } from '../../local/problem.ts';
import type { System } from './system.ts';

export const STAGE_VARIABLE = 'STREAMKEEPER_STAGE';

/** The command line's own words; all absent where nothing was said. */
export interface SystemOptions {
  readonly stage?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly local?: boolean;
}

export type Target =
  | { readonly kind: 'local' }
  | {
      readonly kind: 'deployed';
      readonly stage: string;
      readonly profile: string | undefined;
      readonly region: string | undefined;
    };

/** Adds the options that say which system is meant. */
export function systemOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--stage <name>', `a deployed stage, e.g. dev (default: ${STAGE_VARIABLE})`)
        .argParser(stageName)
        .conflicts('local'),
    )
    .option('--profile <name>', 'of the AWS configuration files (default: AWS_PROFILE)')
    .option('--region <name>', "AWS region (default: AWS_REGION, or the profile's)")
    .addOption(
      new Option('--local', 'the local run (default if one is up and no stage is named)').conflicts([
        'stage',
        'profile',
        'region',
      ]),
    );
}

/**
 * @param runIsUp whether a local run can be found
 * @throws Problem when nothing says which system is meant
 */
export function targetOf(
  options: SystemOptions,
  environment: NodeJS.ProcessEnv,
  runIsUp: () => boolean,
): Target {
  if (options.local === true) return { kind: 'local' };
  const { profile, region } = options;
  const fromEnvironment = environment[STAGE_VARIABLE] || undefined;
  const stage = options.stage ?? fromEnvironment;
  if (stage !== undefined) {
    if (!STAGE_NAME.test(stage))
      throw new Problem(`${STAGE_VARIABLE}: "${stage}" is no stage's name; ${STAGE_RULE}`);
    return { kind: 'deployed', stage, profile, region };
  }
  const unused = profile === undefined ? region && '--region' : '--profile';
  if (unused !== undefined)
    throw new Problem(`${unused} is for a deployed stage; name it with --stage, e.g. --stage dev`);
  if (runIsUp()) return { kind: 'local' };
  throw new Problem(
    'which system? Name a deployed stage with --stage, e.g. --stage dev, or start a local run with npm start',
  );
}

/**
 * How another command must name the same system, to be copied into a shell.
 *
 * @param given what this command was called with: another one finds the profile and the region nowhere else
 */
export function asOption(
  { gatewayUrl, stage }: Pick<System, 'gatewayUrl' | 'stage'>,
  { profile, region }: SystemOptions,
): string {
  if (gatewayUrl !== undefined) return '--local';
  const named = Object.entries({ stage, profile, region });
  return named
    .flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${quoted(value)}`]))
    .join(' ');
}

/** Profiles may have any name. */
function quoted(text: string): string {
  return /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** As stack names allow (CloudFormation API reference, CreateStack, StackName). */
const STAGE_NAME = /^[a-z][a-z0-9-]*$/;
const STAGE_RULE = 'use lower-case letters, digits and dashes, e.g. dev';

function stageName(text: string): string {
  if (!STAGE_NAME.test(text)) throw new InvalidArgumentError(STAGE_RULE);
  return text;
}
