/** Finds the stacks of a deployed stage, whatever systems it has, with their outputs. */
import { type CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { Problem } from '../../local/problem.ts';
import type { StackFacts } from './system.ts';

export interface DeployedStacks {
  readonly stacks: readonly StackFacts[];
  readonly accountId: string;
  /** Whether one of them is protected against deletion, as stages with real data are. */
  readonly isProtected: boolean;
}

/** Stacks whose first deployment failed or that are being deleted: their outputs are not to be relied on. */
const UNUSABLE = /^(CREATE_IN_PROGRESS|CREATE_FAILED|ROLLBACK_.*|DELETE_.*|REVIEW_IN_PROGRESS)$/;

/** @throws Problem naming the stacks that are missing or unusable, and the way out */
export async function describeStage(
  client: Pick<CloudFormationClient, 'send'>,
  stage: string,
  region: string,
): Promise<DeployedStacks> {
  const prefix = `streamkeeper-${stage}-`;
  const all: Stack[] = [];
  let from: string | undefined;
  do {
    const page = await client.send(new DescribeStacksCommand({ NextToken: from }));
    all.push(...(page.Stacks ?? []));
    from = page.NextToken || undefined;
  } while (from !== undefined);
  const ofStage = all.filter(
    ({ StackName: name, StackStatus: status }) => name?.startsWith(prefix) && status !== 'DELETE_COMPLETE',
  );
  if (ofStage.length === 0) {
    throw new Problem(
      `no stack named ${prefix}… in ${region}; say --region or --profile if the stage is elsewhere, or deploy it`,
    );
  }
  const unusable = ofStage.find(({ StackStatus: status }) => UNUSABLE.test(status ?? ''));
  if (unusable !== undefined) {
    throw new Problem(
      `stack ${unusable.StackName} is in ${unusable.StackStatus}; see its events in CloudFormation, mend and deploy it, then try again`,
    );
  }
  return {
    stacks: ofStage.map(({ StackName: name = '', Outputs: outputs = [] }) => ({
      name,
      outputs: Object.fromEntries(
        outputs.map(({ OutputKey: key = '', OutputValue: value = '' }) => [key, value]),
      ),
    })),
    accountId: ofStage[0]?.StackId?.split(':')[4] ?? '',
    isProtected: ofStage.some(({ EnableTerminationProtection: isProtected }) => isProtected === true),
  };
}
