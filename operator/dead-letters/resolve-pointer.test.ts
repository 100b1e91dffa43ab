/** Pointers are read out of a real stream, in the form in which Lambda delivers records; what else the range holds is told. */
import { GetRecordsCommand } from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileFilters } from '../../local/event-source-mapping/index.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { embeddedDynamoDb } from '../../test/support/market-tables.ts';
import type { LetterContent } from './letter.ts';
import type { KnownFilter } from './mapping-filter.ts';
import { readBatch } from './read-batch.ts';
import { type ResolveOptions, resolvePointer } from './resolve-pointer.ts';
import { startTestStream, type TestStream } from './test-stream.ts';
import { givenUp } from './testing.ts';

let stream: TestStream;
let numbers: string[];
beforeAll(async () => {
  if (!embeddedDynamoDb) return;
  stream = await startTestStream();
  for (let index = 0; index < 12; index++) await stream.put(`o${index}`, index % 3 === 0 ? 'noise' : 'order');
  await stream.delete('o1');
  numbers = (await stream.records()).map(numberOf);
});
afterAll(() => stream?.stop());

const numberOf = (record: unknown) =>
  (record as { dynamodb: { SequenceNumber: string } }).dynamodb.SequenceNumber;

function orders(pattern = '{"dynamodb":{"NewImage":{"kind":{"S":["order"]}}}}'): KnownFilter {
  const passes = compileFilters([pattern]);
  if (passes === undefined) throw new Error('no filter');
  return { kind: 'filter', passes };
}

const ports = (filter: KnownFilter): ResolveOptions => ({
  client: stream.client,
  clock: systemClock,
  random: () => 0,
  signal: new AbortController().signal,
  filter,
});

const resolve = (info: object, filter: KnownFilter = { kind: 'none' }): Promise<LetterContent> =>
  resolvePointer(
    readBatch(givenUp({ info: { streamArn: stream.streamArn, shardId: stream.shardId, ...info } })),
    ports(filter),
  );

const range = (from: number, to: number) => ({
  startSequenceNumber: numbers[from],
  endSequenceNumber: numbers[to],
});

describe.runIf(embeddedDynamoDb)('resolving a pointer', () => {
  test('gives the records of its range, whole, as Lambda delivers them', async () => {
    const content = await resolve({ ...range(2, 4), batchSize: 3 });
    expect(content).toMatchObject({ form: 'pointer', resolvable: true });
    expect(content.reason).toBeUndefined();
    const all = await stream.records();
    expect(content.records.map(({ record }) => record)).toEqual(all.slice(2, 5));
    expect(content.records[0]).toMatchObject({
      key: 'id=o2',
      failedAt: '2026-09-17T13:03:40.011Z',
      error: { code: 'RetryAttemptsExhausted' },
      requestId: 'cb0cfcd7-36cb-4399-9058-ada2be1314eb',
      record: { eventSourceARN: stream.streamArn, dynamodb: { NewImage: { bytes: { B: 'AQID' } } } },
    });
  });

  test('up to the newest record of an open shard ends at once', async () => {
    const last = numbers.length - 1;
    const content = await resolve({ ...range(last, last), batchSize: 1 });
    expect(content.records).toMatchObject([{ eventName: 'REMOVE', key: 'id=o1' }]);
  });

  test('is not done where one record of the batch is missing', async () => {
    const content = await resolve({ ...range(2, 4), batchSize: 4 });
    expect(content).toMatchObject({ resolvable: false, reason: { code: 'RECORDS_MISSING' } });
    expect(content.records).toHaveLength(3);
  });

  test('leaves out what the mapping filters out', async () => {
    const content = await resolve({ ...range(0, 5), batchSize: 4 }, orders());
    expect(content.records.map(({ key }) => key)).toEqual(['id=o1', 'id=o2', 'id=o4', 'id=o5']);
    expect(content).toMatchObject({ resolvable: true });
    expect(content.reason).toBeUndefined();
  });

  test('keeps more than were given up, and says so: lanes cannot be told apart', async () => {
    const content = await resolve({ ...range(0, 5), batchSize: 2 }, orders());
    expect(content.records).toHaveLength(4);
    expect(content).toMatchObject({ resolvable: true, reason: { code: 'BATCH_SIZE_DIFFERS' } });
  });

  test('loses nothing to a filter that was changed since', async () => {
    const content = await resolve({ ...range(0, 3), batchSize: 4 }, orders());
    expect(content.records).toHaveLength(4);
    expect(content).toMatchObject({ resolvable: true });
  });

  test('says that a filter was not applied, where more is kept than was given up', async () => {
    const content = await resolve({ ...range(0, 3), batchSize: 3 }, orders());
    expect(content.records).toHaveLength(4);
    expect(content).toMatchObject({ resolvable: true, reason: { code: 'BATCH_SIZE_DIFFERS' } });
    expect(content.reason?.details).toContain('its filter was not applied');
  });

  test('gives each record the error that its invocation ended with', async () => {
    const pointer = givenUp({
      functionError: 'Unhandled',
      info: { streamArn: stream.streamArn, shardId: stream.shardId, ...range(2, 3), batchSize: 2 },
    });
    const { records } = await resolvePointer(readBatch(pointer), ports({ kind: 'none' }));
    expect(records.map(({ error }) => error)).toEqual(
      Array(2).fill({ code: 'RetryAttemptsExhausted', type: 'Unhandled' }),
    );
  });

  test('says that the filter is not known where that may matter', async () => {
    const content = await resolve(
      { ...range(0, 3), batchSize: 2 },
      { kind: 'unknown', details: 'it is hidden' },
    );
    expect(content.reason?.details).toContain('it is hidden');
    expect(content.records).toHaveLength(4);
  });

  test('of which the stream holds fewer than were given up keeps those, and is not all', async () => {
    const content = await resolve({ ...range(0, 3), batchSize: 9 });
    expect(content.records).toHaveLength(4);
    expect(content).toMatchObject({ resolvable: false, reason: { code: 'RECORDS_MISSING' } });
  });

  test.each([
    ['STREAM_NOT_FOUND', { streamArn: 'arn:aws:dynamodb:dynoxide:000000000000:table/gone/stream/1' }],
    ['NO_SHARD', { shardId: undefined }],
    ['MALFORMED_BATCH', { startSequenceNumber: '9', endSequenceNumber: '1' }],
  ])('%s', async (code, info) => {
    const content = await resolve({ ...range(0, 1), ...info });
    expect(content).toMatchObject({ records: [], resolvable: false, reason: { code } });
  });
});

test('a range that holds more than anybody can hold is left, and says so', async () => {
  let number = 0;
  let pages = 0;
  const client = {
    send: async (command: unknown) => {
      if (!(command instanceof GetRecordsCommand)) return { ShardIterator: 'i' };
      pages++;
      const Records = Array.from({ length: 1_000 }, () => ({
        eventID: String(number),
        eventName: 'INSERT' as const,
        dynamodb: { Keys: { id: { S: 'a' } }, SequenceNumber: String(number++) },
      }));
      return { Records, NextShardIterator: 'i' };
    },
  };
  const info = { startSequenceNumber: '0', endSequenceNumber: '99999', batchSize: 100 };
  const content = await resolvePointer(readBatch(givenUp({ info })), {
    client: client as never,
    clock: systemClock,
    random: () => 0,
    signal: new AbortController().signal,
    filter: { kind: 'none' },
  });
  expect(content).toMatchObject({ resolvable: false, reason: { code: 'TOO_MANY_RECORDS' } });
  expect(pages).toBeLessThan(30);
});
