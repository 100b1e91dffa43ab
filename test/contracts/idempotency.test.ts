/** The idempotency contract, kept by Powertools' own layer and by the one that coalesces, on the embedded DynamoDB. */
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { describe } from 'vitest';
import { CoalescingPersistenceLayer } from '../../shared/idempotency/coalescing-persistence.ts';
import { dynamodbClaimTable } from '../../shared/idempotency/dynamodb-claim-table.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { embeddedDynamoDb, IDEMPOTENCY_TABLE } from '../support/idempotency-table.ts';
import { idempotencyContract } from './idempotency-contract.ts';

describe.skipIf(!embeddedDynamoDb)('on the embedded DynamoDB (Linux x64)', () => {
  idempotencyContract(
    'Powertools’ DynamoDBPersistenceLayer',
    (table) =>
      new DynamoDBPersistenceLayer({
        tableName: IDEMPOTENCY_TABLE,
        keyAttr: 'idempotencyKey',
        expiryAttr: 'ttl',
        dataAttr: 'result',
        awsSdkV3Client: table.client,
      }),
  );

  let invocations = 0;
  idempotencyContract(
    'the coalescing layer',
    (table, prefix) =>
      new CoalescingPersistenceLayer({
        table: dynamodbClaimTable(table.client, IDEMPOTENCY_TABLE),
        prefix,
        clock: systemClock,
        random: () => 0.5,
        signal: new AbortController().signal,
        owner: `invocation-${invocations++}`,
      }),
  );
});
