import type { BatchStatementResponse, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimTableContract, insert } from '../../test/contracts/claim-table-contract.ts';
import { memoryClaimTable } from '../../test/support/claim-table.ts';
import {
  embeddedDynamoDb,
  IDEMPOTENCY_TABLE,
  type IdempotencyTable,
  startIdempotencyTable,
} from '../../test/support/idempotency-table.ts';
import type { ClaimTable } from './claim-table.ts';
import { dynamodbClaimTable } from './dynamodb-claim-table.ts';

const { signal } = new AbortController();

const inMemory = memoryClaimTable();
claimTableContract('in memory', () => inMemory);

describe.skipIf(!embeddedDynamoDb)('dynamodbClaimTable on the embedded DynamoDB (Linux x64)', () => {
  let server: IdempotencyTable;
  let table: ClaimTable;
  beforeAll(async () => {
    server = await startIdempotencyTable();
    table = dynamodbClaimTable(server.client, IDEMPOTENCY_TABLE);
  });
  afterAll(() => server?.close());

  claimTableContract('DynamoDB', () => table);

  it('reads a hundred keys in a request', async () => {
    const before = server.sent.length;
    await table.read(
      Array.from({ length: 100 }, (_, index) => `key-${index}`),
      signal,
    );
    expect(server.sent.slice(before)).toEqual(['BatchGetItem']);
  });

  it('finds the one write that refuses a whole request, and carries out the others', async () => {
    const writes = [insert('p'), insert('q'), insert('r'), insert('p'), insert('s')];
    const answers = await table.write(writes, signal);
    expect(answers.map(({ kind }) => kind)).toEqual(['done', 'done', 'done', 'unmet', 'done']);
    const stored = await table.read(['p', 'q', 'r', 's'], signal);
    expect(stored.map((claim) => claim?.state)).toEqual(['made', 'made', 'made', 'made']);
  });
});

describe('dynamodbClaimTable', () => {
  /** A client that answers as told. */
  function answering(answer: (statements: number) => readonly BatchStatementResponse[]): ClaimTable {
    const send = async (command: { input: { Statements: unknown[] } }) => ({
      Responses: answer(command.input.Statements.length),
    });
    return dynamodbClaimTable({ send } as unknown as DynamoDBClient, IDEMPOTENCY_TABLE);
  }

  it.each([
    'ThrottlingError',
    'ProvisionedThroughputExceeded',
    'RequestLimitExceeded',
    'AccessDenied',
    'ResourceNotFound',
  ] as const)(
    'gives a statement refused by itself with %s as that, with its neighbours done',
    async (Code) => {
      const table = answering(() => [{}, { Error: { Code, Message: 'a text' } }]);
      expect(await table.write([insert('a'), insert('b')], signal)).toEqual([
        { kind: 'done' },
        { kind: 'refused', code: Code },
      ]);
    },
  );

  it('takes a write without an answer for refused', async () => {
    const table = answering(() => [{}]);
    expect(await table.write([insert('a'), insert('b')], signal)).toEqual([
      { kind: 'done' },
      { kind: 'refused', code: 'NoResponse' },
    ]);
  });

  it('asks only once, and stops when its caller does: a request that failed may have been carried out', async () => {
    const down = Object.assign(new Error('a text'), { name: 'TimeoutError' });
    const signals: unknown[] = [];
    const send = async (_: unknown, { abortSignal }: { readonly abortSignal?: AbortSignal } = {}) => {
      signals.push(abortSignal);
      throw down;
    };
    const table = dynamodbClaimTable({ send } as unknown as DynamoDBClient, IDEMPOTENCY_TABLE);
    await expect(table.write([insert('a'), insert('b')], signal)).rejects.toBe(down);
    expect(signals).toEqual([signal]);
    await expect(table.read(['a'], signal)).rejects.toBe(down);
    expect(signals).toEqual([signal, signal]);
  });

  it('gives up on a single write that is refused as a request', async () => {
    const send = async () => {
      throw Object.assign(new Error('a text'), { name: 'ValidationException' });
    };
    const table = dynamodbClaimTable({ send } as unknown as DynamoDBClient, IDEMPOTENCY_TABLE);
    expect(await table.write([insert('a')], signal)).toEqual([
      { kind: 'refused', code: 'ValidationException' },
    ]);
  });
});
