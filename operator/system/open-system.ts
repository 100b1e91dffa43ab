/**
 * Opens the system a command is for: a deployed stage, found by its stacks' outputs, or the local run, found by the file that it
 * writes. Nothing is typed but the stage's name, and what is missing is named with the way out.
 */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { lineOf, Problem } from '../../local/problem.ts';
import { type LocalState, readState, runIsUp, stateFileOf } from '../../local/state-file.ts';
import type { CommandContext } from '../commands/command-context.ts';
import { awsClients, localClients } from './clients.ts';
import { factsOf } from './facts.ts';
import { type SystemOptions, type Target, targetOf } from './options.ts';
import { describeStage } from './stacks.ts';
import type { System } from './system.ts';

/** A stage of this name asks for confirmation even where its stacks are not protected. */
const PRODUCTION = new Set(['prod', 'production']);

/** @throws Problem when nothing says which system is meant, or it cannot be found */
export async function openSystem(
  context: Pick<CommandContext, 'environment' | 'repository'>,
  options: SystemOptions,
): Promise<System> {
  const stateFile = stateFileOf(context.repository);
  const target = targetOf(options, context.environment, () => runIsUp(stateFile));
  switch (target.kind) {
    case 'local':
      return localSystem(readState(stateFile));
    case 'deployed':
      return deployedSystem(target, context.environment);
  }
}

async function deployedSystem(
  { stage, profile, region: given }: Target & { kind: 'deployed' },
  environment: NodeJS.ProcessEnv,
): Promise<System> {
  const settings = {
    ...(given === undefined ? {} : { region: given }),
    ...(profile === undefined ? {} : { profile }),
  };
  const client = new CloudFormationClient(settings);
  try {
    const region = await client.config.region();
    const { stacks, accountId, isProtected } = await describeStage(client, stage, region);
    const production = PRODUCTION.has(stage) || isProtected;
    return {
      stage,
      title: `${stage} in ${accountId}, ${region}${production ? ' (production)' : ''}`,
      production,
      region,
      accountId,
      stacks,
      ...factsOf(stacks),
      gatewayUrl: undefined,
      clients: awsClients({ ...settings, region }, environment),
    };
  } catch (error) {
    throw error instanceof Problem ? error : surroundings(error, stage);
  } finally {
    client.destroy();
  }
}

/** What the SDK says when it has no region or no credentials, or may not or cannot ask. */
function surroundings(error: unknown, stage: string): Problem {
  const line = lineOf(error);
  const name = error instanceof Error ? error.name : '';
  if (/region is missing/i.test(line))
    return new Problem('no AWS region is set; say --region, set AWS_REGION, or give the profile one');
  if (name === 'CredentialsProviderError' || /credential/i.test(name))
    return new Problem(`AWS: no usable credentials (${line}); sign in, or say --profile`);
  return new Problem(`stage ${stage}: its stacks cannot be described (${name}: ${line})`);
}

function localSystem(state: LocalState): System {
  const { stacks, region, accountId, endpoints, gatewayUrl } = state;
  const endpoint = (name: string) => {
    const url = endpoints[name];
    if (url === undefined)
      throw new Problem(`the local run has no ${name.replace(/^dynamodb:/, 'table ')}; start it again`);
    return url;
  };
  const facts = factsOf(stacks);
  return {
    stage: 'local',
    title: `the local run (process ${state.pid})`,
    production: false,
    region,
    accountId,
    stacks,
    ...facts,
    // The template's addresses are those of AWS's hosts.
    search: facts.search && { ...facts.search, endpoint: endpoint('search') },
    cache: facts.cache && { url: endpoint('redis') },
    webSocketUrl: state.wsUrl,
    gatewayUrl,
    clients: localClients({
      region,
      gateway: gatewayUrl,
      sqs: endpoint('sqs'),
      s3: endpoint('s3'),
      dynamodb: (table) => endpoint(`dynamodb:${table}`),
    }),
  };
}
