import type { BatchStatementResponse, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  embeddedDynamoDb,
  IDEMPOTENCY_TABLE,
  type IdempotencyTable,
  startIdempotencyTable,
} from '../../test/support/idempotency-table.ts';
import type { ClaimTable, Write } from './claim-table.ts';
import { dynamodbClaimTable } from './dynamodb-claim-table.ts';

const { signal } = new AbortController();

const insert = (key: string, state = 'made'): Write => ({ kind: 'insert', key, state, ttl: 1_800_000_000 });
const replace = (key: string, from: string, state: string): Write => ({ kind: 'replace', key, from, state });
const remove = (key: string, from: string): Write => ({ kind: 'delete', key, from });

describe.skipIf(!embeddedDynamoDb)('dynamodbClaimTable on the embedded DynamoDB (Linux x64)', () => {
  let server: IdempotencyTable;
  let table: ClaimTable;
  beforeAll(async () => {
    server = await startIdempotencyTable();
    table = dynamodbClaimTable(server.client, IDEMPOTENCY_TABLE);
  });
  afterAll(() => server?.close());

  const write = async (...writes: Write[]) => (await table.write(writes, signal)).map(({ kind }) => kind);
  const states = async (...keys: string[]) => (await table.read(keys, signal)).map((stored) => stored?.state);

  it('writes each under its condition, and an unmet one leaves its neighbours alone', async () => {
    expect(await write(insert('a'), insert('b'), insert('c'))).toEqual(['done', 'done', 'done']);
    expect(
      await write(
        insert('a', 'again'),
        insert('d'),
        replace('b', 'made', 'changed'),
        remove('c', 'made'),
        remove('never-there', 'made'),
      ),
    ).toEqual(['unmet', 'done', 'done', 'done', 'done']);
    expect(await states('a', 'b', 'c', 'd')).toEqual(['made', 'changed', undefined, 'made']);
  });

  it('changes and deletes only exactly what it was told stands there, and creates nothing by that', async () => {
    await write(insert('e'));
    expect(await write(replace('e', 'other', 'changed'), replace('f', 'made', 'changed'))).toEqual([
      'unmet',
      'unmet',
    ]);
    expect(await write(remove('e', 'other'))).toEqual(['unmet']);
    expect(await states('e', 'f')).toEqual(['made', undefined]);
  });

  it('keeps texts as they are, quotes and all', async () => {
    const text = `{"rule":"it's \\"so\\"", "अ": ?}`;
    await write(insert('g', text));
    expect(await states('g')).toEqual([text]);
  });

  it('reads a hundred keys in a request', async () => {
    const before = server.sent.length;
    await table.read(
      Array.from({ length: 100 }, (_, index) => `key-${index}`),
      signal,
    );
    expect(server.sent.slice(before)).toEqual(['BatchGetItem']);
  });

  it('finds the one write that refuses a whole request, and carries out the others', async () => {
    const writes = [insert('h'), insert('i'), insert('j'), insert('h'), insert('k')];
    expect(await write(...writes)).toEqual(['done', 'done', 'done', 'unmet', 'done']);
    expect(await states('h', 'i', 'j', 'k')).toEqual(['made', 'made', 'made', 'made']);
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
