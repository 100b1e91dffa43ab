/** What a message only points to is fetched from where it is: the bucket, the stream with its mapping's filter; what cannot be had is said. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { embeddedDynamoDb } from '../../test/support/market-tables.ts';
import { completer } from './complete.ts';
import { readText } from './read-message.ts';
import { startTestQueues, type TestProcessor, type TestQueues } from './test-queues.ts';
import { startTestStream, type TestStream } from './test-stream.ts';
import { announcement, envelope, givenUp, payloadOf } from './testing.ts';

const KEY = 'aws/lambda/uuid/shardId-1/2026/09/17/x';
const OTHER_STREAM = 'arn:aws:dynamodb:r:1:table/more/stream/x';

/** What Lambda says of the mapping. */
let mapping: object = {};
/** Of any other one. */
const NOTHING_PASSES = { FilterCriteria: { Filters: [{ Pattern: '{"no":["such"]}' }] } };
let answers: Server;
let lambda: LambdaClient;
let queues: TestQueues;
let stream: TestStream;
let orders: TestProcessor;
let numbers: string[];

describe.runIf(embeddedDynamoDb)('completing', () => {
  beforeAll(async () => {
    answers = createServer(({ url = '' }, response) => {
      const own = url.endsWith('/uuid') ? mapping : NOTHING_PASSES;
      response.writeHead('Type' in own ? 403 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(own));
    });
    await new Promise<void>((resolve) => answers.listen(0, '127.0.0.1', resolve));
    const { port } = answers.address() as AddressInfo;
    lambda = new LambdaClient({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    queues = await startTestQueues();
    stream = await startTestStream();
    for (const kind of ['order', 'noise', 'order']) await stream.put(kind + Math.random(), kind);
    numbers = (await stream.records()).map(
      (record) => (record['dynamodb'] as { SequenceNumber: string }).SequenceNumber,
    );
    const { streamArn } = stream;
    orders = await queues.addProcessor('orders', [
      { id: 'another', word: 'more', table: 'more', streamArn: OTHER_STREAM },
      { id: 'uuid', word: '', table: 'orders', streamArn },
    ]);
  });
  afterAll(async () => {
    lambda?.destroy();
    answers?.closeAllConnections();
    answers?.close();
    await stream?.stop();
    await queues?.stop();
  });

  const batch = (parts: Parameters<typeof givenUp>[0] = {}) =>
    givenUp({
      ...parts,
      info: {
        streamArn: stream.streamArn,
        shardId: stream.shardId,
        startSequenceNumber: numbers[0],
        endSequenceNumber: numbers[2],
        batchSize: 2,
        ...parts.info,
      },
    });

  /** Only the stream of its own table is asked. */
  const ofOrders = (table: string) => {
    if (table !== 'orders') throw new Problem(`${table} is not asked`);
    return stream.client;
  };

  function complete(
    message: unknown,
    { resolve = true, streams = ofOrders, signal = new AbortController().signal } = {},
  ) {
    const [found] = readText(JSON.stringify(message));
    if (found === undefined) throw new Error('nothing found');
    const system = orders.system({ lambda, streams });
    return completer({ system, clock: systemClock, random: () => 0, signal, resolve })(found);
  }

  test('a pointer is read with the filter that its mapping has', async () => {
    mapping = {
      FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"NewImage":{"kind":{"S":["order"]}}}}' }] },
    };
    const content = await complete(batch());
    expect(content).toMatchObject({ form: 'pointer', processor: 'orders', resolvable: true });
    expect(content.records).toHaveLength(2);
    expect(content.reason).toBeUndefined();
  });

  test.each<[string, object, RegExp]>([
    ['refused', { Type: 'User', message: 'no' }, /filter cannot be read/],
    [
      'hidden',
      { FilterCriteriaError: { ErrorCode: 'KMSAccessDenied' } },
      /filter cannot be read \(KMSAccessDenied\)/,
    ],
    [
      'none we know',
      { FilterCriteria: { Filters: [{ Pattern: '{"a":[{"cidr":"1"}]}' }] } },
      /cannot be read/,
    ],
  ])('where the filter is %s all records are kept, and it is said', async (_, answer, says) => {
    mapping = answer;
    const content = await complete(batch());
    expect(content.records).toHaveLength(3);
    expect(content).toMatchObject({ resolvable: true, reason: { details: expect.stringMatching(says) } });
  });

  test('a pointer is left as it is where nobody wants it read', async () => {
    expect(await complete(batch(), { resolve: false })).toMatchObject({
      reason: { code: 'NEEDS_SYSTEM' },
      records: [],
    });
  });

  test('a processor is known by the function that was called, or by its stream', async () => {
    const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:orders:live';
    const other = { streamArn: 'arn:aws:dynamodb:r:1:table/other/stream/x' };
    expect((await complete(batch({ functionArn, info: other }), { resolve: false })).processor).toBe(
      'orders',
    );
    expect((await complete(batch({ functionArn: 'x' }), { resolve: false })).processor).toBe('orders');
    expect((await complete(batch({ info: other }), { resolve: false })).processor).toBeUndefined();
  });

  test('an object is fetched, and the records of a damaged one are read from the stream', async () => {
    mapping = {};
    const records = await stream.records();
    await orders.put(KEY, JSON.stringify(batch({ payload: payloadOf(records), info: { batchSize: 3 } })));
    const message = announcement(orders.failureBucket, KEY);
    expect(await complete(message)).toMatchObject({
      form: 'failed-batch',
      resolvable: true,
      records: { length: 3 },
    });
    await orders.put(KEY, JSON.stringify(batch({ payload: '{"Records":[', info: { batchSize: 3 } })));
    const content = await complete(message);
    expect(content).toMatchObject({ form: 'failed-batch', resolvable: true });
    expect(content.records.map(({ record }) => record)).toEqual(records);
  });

  test('a letter that names its processor is that one’s, and a batch’s own copy is kept, whatever its size', async () => {
    expect((await complete(envelope({ processor: 'bookings' }))).processor).toBe('bookings');
    const records = (await stream.records()).slice(0, 1);
    const streams = () => {
      throw new Problem('no stream is asked');
    };
    expect(await complete(batch({ payload: payloadOf(records) }), { streams })).toMatchObject({
      form: 'failed-batch',
      resolvable: true,
      records: { length: 1 },
      reason: { code: 'BATCH_SIZE_DIFFERS' },
    });
  });

  test('of a stream that no mapping of the system reads, all records are kept, and it is said', async () => {
    mapping = NOTHING_PASSES;
    const [first] = orders.mappings;
    const mappings = first === undefined ? [] : [first];
    const [found] = readText(JSON.stringify(batch()));
    if (found === undefined) throw new Error('nothing found');
    const system = { ...orders.system({ lambda, streams: ofOrders }), processors: [{ ...orders, mappings }] };
    const { signal } = new AbortController();
    const content = await completer({ system, clock: systemClock, random: () => 0, signal, resolve: true })(
      found,
    );
    expect(content.records).toHaveLength(3);
    expect(content.reason?.details).toContain('no mapping');
  });

  test('an interrupt is no reason of a letter', async () => {
    const interrupt = new AbortController();
    const streams = () => {
      interrupt.abort(new Error('enough'));
      return stream.client;
    };
    const { signal } = interrupt;
    await expect(complete(batch(), { streams, signal })).rejects.toThrow('enough');
    await expect(complete(announcement(orders.failureBucket, KEY), { signal })).rejects.toThrow('enough');
  });

  test('what cannot be fetched says why', async () => {
    const codeOf = async (message: unknown) => (await complete(message)).reason?.code;
    expect(await codeOf(announcement(orders.failureBucket, 'aws/lambda/u/s/none'))).toBe('OBJECT_GONE');
    expect(await codeOf(announcement('failures-none', KEY))).toBe('BUCKET_GONE');
    await orders.put('dead-letters/list', JSON.stringify([batch(), batch()]));
    expect(await codeOf(announcement(orders.failureBucket, 'dead-letters/list'))).toBe('NOT_A_LETTER');
    await orders.put('dead-letters/empty', '');
    expect(await codeOf(announcement(orders.failureBucket, 'dead-letters/empty'))).toBe('EMPTY');
  });

  test('a stream that is none of the system’s says so', async () => {
    const streams = () => {
      throw new Problem('the local run has no table orders');
    };
    expect(await complete(batch(), { streams })).toMatchObject({
      resolvable: false,
      reason: { code: 'STREAM_UNKNOWN' },
    });
    expect(await complete(batch({ info: { streamArn: 'no arn' } }))).toMatchObject({
      reason: { code: 'STREAM_UNKNOWN' },
    });
  });
});
