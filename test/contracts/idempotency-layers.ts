/** The persistence layers that keep the idempotency contract: Powertools' own, and the one that coalesces. */
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { CoalescingPersistenceLayer } from '../../shared/idempotency/coalescing-persistence.ts';
import { dynamodbClaimTable } from '../../shared/idempotency/dynamodb-claim-table.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { IDEMPOTENCY_TABLE } from '../support/idempotency-table.ts';
import type { LayerOf } from './idempotency-contract.ts';

let invocations = 0;

export const idempotencyLayers: Readonly<Record<string, LayerOf>> = {
  'Powertools’ DynamoDBPersistenceLayer': (table) =>
    new DynamoDBPersistenceLayer({
      tableName: IDEMPOTENCY_TABLE,
      keyAttr: 'idempotencyKey',
      expiryAttr: 'ttl',
      dataAttr: 'result',
      awsSdkV3Client: table.client,
    }),
  'the coalescing layer': (table, prefix) =>
    new CoalescingPersistenceLayer({
      table: dynamodbClaimTable(table.client, IDEMPOTENCY_TABLE),
      prefix,
      clock: systemClock,
      random: () => 0.5,
      signal: new AbortController().signal,
      owner: `invocation-${invocations++}`,
    }),
};
