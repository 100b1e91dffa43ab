/** Asks an AWS account what a deployment needs to know of it. Reads only; what it may not read is an answer too. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { identityOf } from '../../infra/constructs/mail.ts';
import type { Stage } from '../../infra/stages.ts';
import { lineOf, Problem } from '../../local/problem.ts';
import type { Place } from './command-line.ts';
import type { Account, Answer } from './prerequisites.ts';

export interface AccountOptions {
  readonly profile: string | undefined;
  readonly region: string | undefined;
}

/** What CDK's own bootstrap calls its stack (CDK developer guide, "Bootstrapping"). */
const TOOLKIT = 'CDKToolkit';

/** @throws Problem when there is no region, or nobody is signed in */
export async function whereTo(options: AccountOptions): Promise<Place> {
  const client = new STSClient(settings(options));
  try {
    const region = await client.config.region();
    const { Account: accountId } = await client.send(new GetCallerIdentityCommand({}));
    if (accountId === undefined) throw new Problem('AWS does not say whose credentials these are');
    return { accountId, region };
  } catch (error) {
    if (error instanceof Problem) throw error;
    const line = lineOf(error);
    throw new Problem(
      /region is missing/i.test(line)
        ? 'no AWS region is set; say --region, set AWS_REGION, or give the profile one'
        : `no usable AWS credentials (${line}); sign in, or say --profile`,
    );
  } finally {
    client.destroy();
  }
}

export async function lookAt(place: Place, { profile }: AccountOptions, stage: Stage): Promise<Account> {
  const own = settings({ profile, region: place.region });
  const cloudFormation = new CloudFormationClient(own);
  const lambda = new LambdaClient(own);
  const ses = new SESv2Client(own);
  try {
    const [isBootstrapped, concurrency, mayMailAnybody, identityIsVerified] = await Promise.all([
      isThere(async () => {
        const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: TOOLKIT }));
        return Stacks.length > 0;
      }, /^ValidationError: .*does not exist/),
      answer(async () => {
        const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
        return AccountLimit?.ConcurrentExecutions ?? 0;
      }),
      answer(async () => (await ses.send(new GetAccountCommand({}))).ProductionAccessEnabled ?? false),
      isThere(async () => {
        const identity = new GetEmailIdentityCommand({ EmailIdentity: identityOf(stage.mail) });
        return (await ses.send(identity)).VerifiedForSendingStatus ?? false;
      }, /^NotFoundException/),
    ]);
    return { ...place, isBootstrapped, concurrency, mayMailAnybody, identityIsVerified };
  } finally {
    for (const client of [cloudFormation, lambda, ses]) client.destroy();
  }
}

function settings({ profile, region }: AccountOptions) {
  return { ...(profile === undefined ? {} : { profile }), ...(region === undefined ? {} : { region }) };
}

/** @param absence what AWS says where there is none: an answer too */
async function isThere(ask: () => Promise<boolean>, absence: RegExp): Promise<Answer<boolean>> {
  const found = await answer(ask);
  return 'unknown' in found && absence.test(found.unknown) ? { known: false } : found;
}

async function answer<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { known: await ask() };
  } catch (error) {
    return { unknown: `${error instanceof Error ? error.name : 'unknown'}: ${lineOf(error)}` };
  }
}
