/** The tables contract on DynamoDB Local, and what stands on conditional writes: claims, and idempotency in both its layers. */
import { afterAll, beforeAll } from 'vitest';
import { dynamodbClaimTable } from '../../shared/idempotency/dynamodb-claim-table.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { claimTableContract } from '../contracts/claim-table-contract.ts';
import { idempotencyContract } from '../contracts/idempotency-contract.ts';
import { idempotencyLayers } from '../contracts/idempotency-layers.ts';
import { keepsContract } from '../contracts/rule.ts';
import { connect } from '../contracts/tables/tables.ts';
import { tablesContract } from '../contracts/tables-contract.ts';
import {
  IDEMPOTENCY_TABLE,
  type IdempotencyTable,
  startIdempotencyTable,
} from '../support/idempotency-table.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from './start-dynamodb-local.ts';

let engine: DynamoDbLocal | undefined;
beforeAll(async () => {
  const say = (line: string) => console.error(`test:engines: ${line}`);
  engine = await startDynamoDbLocal({ clock: systemClock, environment: process.env, say });
}, 300_000);
afterAll(() => engine?.stop());

function running(): DynamoDbLocal {
  if (engine === undefined) throw new Error('DynamoDB Local is not running');
  return engine;
}

keepsContract('tables and streams', tablesContract, 'DynamoDB Local', async () => {
  const port = connect(running());
  return { port, stop: async () => port.close() };
});

/** It keeps tables by region: each has its own. */
let regions = 0;
const startTable = () =>
  startIdempotencyTable(async () => ({
    endpoint: running().endpoint,
    region: `eu-west-${++regions}`,
    stop: async () => {},
  }));

let claims: IdempotencyTable | undefined;
beforeAll(async () => {
  claims = await startTable();
});
afterAll(() => claims?.close());

claimTableContract('DynamoDB Local', () => {
  if (claims === undefined) throw new Error('there is no table of claims');
  return dynamodbClaimTable(claims.client, IDEMPOTENCY_TABLE);
});

for (const [name, layerOf] of Object.entries(idempotencyLayers))
  idempotencyContract(`${name}, on DynamoDB Local`, layerOf, startTable);
