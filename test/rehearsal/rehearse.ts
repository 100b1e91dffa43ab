/** The rehearsal itself: deploys, writes, looks, operates, destroys, and writes down what came of each. */
import { randomUUID } from 'node:crypto';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { Environment } from '../../local/engines/opensearch/prerequisites.ts';
import { createTokenIssuer } from '../../local/gateway/token-issuer.ts';
import { readAssembly } from '../../local/template/assembly.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { lookAtStage } from './deployed.ts';
import { proveAnalysisResults } from './effects/analysis-results.ts';
import { proveBids } from './effects/bids.ts';
import { proveBookings } from './effects/bookings.ts';
import { proveConversations } from './effects/conversations.ts';
import { proveDeadLetters } from './effects/dead-letters.ts';
import { proveFirstSteps, proveOperations } from './effects/operations.ts';
import { proveProducts } from './effects/products.ts';
import { type Cdk, cdkAt } from './engine/cdk.ts';
import type { Engines } from './engine/engines.ts';
import { CREDENTIALS, REGION, STAGE } from './engine/place.ts';
import { synthesizeFor } from './engine/synthesis.ts';
import type { Ledger } from './ledger.ts';
import { operatorAt } from './operator.ts';
import { isAdmitted, person } from './people.ts';
import { proveFailures } from './simulated/failures.ts';
import { mappingsOf } from './simulated/mappings.ts';

export interface Rehearsal {
  readonly clock: Clock;
  readonly environment: Environment;
  readonly engines: Engines;
  readonly ledger: Ledger;
  /** An empty folder, for what is synthesized. */
  readonly out: string;
  /** Called between the last look and the destruction; the stage is there until it resolves. */
  readonly beforeTheEnd: () => Promise<void>;
}

export async function rehearse(rehearsal: Rehearsal): Promise<void> {
  const { clock, engines, environment, ledger, out } = rehearsal;
  const { url } = engines.ministack;
  const issuer = await createTokenIssuer({ clock, newId: randomUUID });
  const cdk = cdkAt(engines.cdkHome, out, url, environment);
  if (!(await deploy(rehearsal, cdk, () => synthesizeFor({ out, url, issuer, environment })))) {
    ledger.notReached('everything else', 'nothing is deployed to look at');
    return;
  }
  const operator = operatorAt(url, environment);
  const stage = await lookAtStage(url, engines.redisUrl, clock);
  await proveFirstSteps(ledger, operator);
  const socketUrl = stage.facts.webSocketUrl ?? '';
  const buyer = person('asha', socketUrl, issuer, clock);
  const vendor = person('ravi', socketUrl, issuer, clock);
  try {
    await ledger.prove('connections', 'two people connect with access tokens', async () => {
      await Promise.all([buyer.connected(), vendor.connected()]);
      return 'both open';
    });
    await ledger.prove('connections', 'a token that the pool did not make is refused', async () => {
      const stranger = await createTokenIssuer({ clock, newId: randomUUID });
      if (await isAdmitted(socketUrl, stranger.issue('asha').token)) throw new Error('it was admitted');
      return 'refused';
    });
    await proveProducts(ledger, stage);
    await proveBids(ledger, stage, buyer, vendor);
    await proveConversations(ledger, stage, buyer, vendor);
    await proveBookings(ledger, stage);
    await proveAnalysisResults(ledger, stage);
    await proveDeadLetters(ledger, stage, operator);
    await proveFailures(ledger, stage, mappingsOf(readAssembly(out), stage), operator);
    await proveOperations(ledger, operator);
    await rehearsal.beforeTheEnd();
  } finally {
    await Promise.all([buyer.close(), vendor.close()]);
    stage.close();
  }
  await destroy(rehearsal, cdk);
}

async function deploy(
  { ledger, engines }: Rehearsal,
  cdk: Cdk,
  synthesize: () => Promise<void>,
): Promise<boolean> {
  const { url } = engines.ministack;
  const isReady = await ledger.prove(
    'deployment',
    'the app synthesizes, and the account is bootstrapped',
    async () => {
      await synthesize();
      await cdk.bootstrap();
      return 'cdk bootstrap: exit code 0';
    },
  );
  if (!isReady) return false;
  return ledger.prove('deployment', 'cdk deploy makes all stacks', async () => {
    await cdk.deploy();
    const stacks = await stacksThere(url);
    const tables = await tablesThere(url);
    return `${stacks.length} stacks, ${tables.length} tables`;
  });
}

async function destroy({ ledger, engines }: Rehearsal, cdk: Cdk): Promise<void> {
  const { url } = engines.ministack;
  await ledger.prove('deployment', 'cdk destroy leaves no stack and no table', async () => {
    await cdk.destroy();
    const left = [...(await stacksThere(url)), ...(await tablesThere(url))];
    if (left.length > 0) throw new Error(`there is still ${left.join(', ')}`);
    return '0 stacks, 0 tables';
  });
}

async function stacksThere(endpoint: string): Promise<string[]> {
  const client = new CloudFormationClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const { Stacks: stacks = [] } = await client.send(new DescribeStacksCommand({}));
  client.destroy();
  return stacks
    .filter(({ StackStatus: status }) => status !== 'DELETE_COMPLETE')
    .flatMap(({ StackName: name = '' }) => (name.startsWith(`streamkeeper-${STAGE}-`) ? name : []));
}

async function tablesThere(endpoint: string): Promise<string[]> {
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const { TableNames: names = [] } = await client.send(new ListTablesCommand({}));
  client.destroy();
  return names;
}
