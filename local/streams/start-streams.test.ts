import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { writeLatency } from '../report/write-latency.ts';
import type { LocalFunction, Mapping } from '../template/system.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type StartStreamsOptions, startStreams } from './start-streams.ts';

const codeOf = (name: string): LocalFunction => ({
  system: 'market',
  name,
  arn: `arn:aws:lambda:here:000000000000:function:${name}`,
  file: 'index.mjs',
  exportName: 'handler',
  memoryMb: 128,
  timeoutMs: 1_000,
  environment: { POWERTOOLS_SERVICE_NAME: `service of ${name}`, OF: name },
});

/** The mapping of the function `name` to a table's stream; its UUID is the function's name. */
const mappingOf = (name: string, table: string, more: object = {}): Mapping => ({
  uuid: name,
  function: codeOf(name),
  streamArn: `arn:aws:dynamodb:here:000000000000:table/${table}/stream/1`,
  tableName: table,
  properties: { EventSourceArn: `arn:aws:dynamodb:here:000000000000:table/${table}/stream/1`, ...more },
});

const record = (number: string) => ({ dynamodb: { SequenceNumber: number, Keys: { id: { S: number } } } });

function start(mappings: readonly Mapping[], more: Partial<StartStreamsOptions> = {}) {
  const clock = new VirtualClock();
  const invoked: { name: string; requestId: string; numbers: string[] }[] = [];
  const told: string[] = [];
  const givenUp: string[] = [];
  const started = startStreams({
    mappings,
    pools: {
      of: ({ name }) => ({
        async invoke(requestId, payload) {
          const { Records: records } = JSON.parse(payload) as { Records: ReturnType<typeof record>[] };
          const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
          invoked.push({ name, requestId, numbers });
          return numbers.includes('666')
            ? { kind: 'error', errorType: 'Error', errorMessage: 'poison' }
            : { kind: 'returned', payload: null };
        },
        stop: async () => {},
      }),
      invoke: async () => undefined,
      stop: async () => {},
    },
    onFailure: async ({ destination }) => void givenUp.push(destination),
    clientOf: () => {
      throw new Error('a replay reads no stream');
    },
    resumeFrom: {},
    replay: true,
    latency: writeLatency(),
    onRecords: (environment, records) => told.push(`${environment['OF']}: ${records.length}`),
    lastFailures: (name) => ({ at: name, reported: '1', codes: {} }),
    clock,
    say: () => {},
    ...more,
  });
  return { clock, started, invoked, told, givenUp };
}

test('a stream is one however many mappings follow it, and each mapping has its own function and place', async () => {
  const mappings = [mappingOf('one', 'orders'), mappingOf('two', 'orders'), mappingOf('three', 'bids')];
  const { clock, started, invoked, told } = start(mappings, { resumeFrom: { two: { s1: '1' } } });
  expect(started.streams.map(({ table, services }) => [table, services])).toEqual([
    ['orders', ['service of one', 'service of two']],
    ['bids', ['service of three']],
  ]);
  const [orders] = started.streams;
  orders?.followed.addShard({ shardId: 's1' });
  orders?.followed.append('s1', ['1', '2'].map(record));
  await clock.advance(1_000);
  expect(invoked.map(({ name, numbers }) => [name, numbers])).toEqual([
    ['one', ['1', '2']],
    ['two', ['2']],
  ]);
  expect(told).toEqual(['one: 2', 'two: 1']);
  expect(started.checkpoints()).toEqual({ one: { s1: '2' }, two: { s1: '2' }, three: {} });
});

test('what a mapping tells of itself is shown of that mapping, and counted in its stream', async () => {
  const toQueue = { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:here:000000000000:q' } } };
  const mappings = [
    mappingOf('one', 'orders', { Enabled: false }),
    mappingOf('two', 'orders', { MaximumRetryAttempts: 2, ...toQueue }),
  ];
  const { clock, started, invoked, givenUp } = start(mappings);
  started.streams[0]?.followed.addShard({ shardId: 's1' });
  started.streams[0]?.followed.append('s1', [record('666')]);
  await clock.advance(60_000);
  expect(started.mappings.map((each) => each.status())).toMatchObject([
    {
      id: 'one',
      functionName: 'one',
      givenUp: 0,
      failedInvocations: 0,
      records: 1,
      lastFailures: { at: 'one' },
    },
    {
      id: 'two',
      functionName: 'two',
      givenUp: 1,
      failedInvocations: 3,
      records: 0,
      lastFailures: { at: 'two' },
    },
  ]);
  expect(started.streams[0]?.followed.counts()).toMatchObject({ givenUp: 1, lost: 0, failedInvocations: 3 });
  expect(givenUp).toEqual(['arn:aws:sqs:here:000000000000:q']);
  // As on AWS, attempts at the same batch have one request id.
  expect(new Set(invoked.map(({ requestId }) => requestId)).size).toBe(1);
});

test('a mapping that the template turns off gets nothing until somebody turns it on', async () => {
  const { clock, started, invoked } = start([mappingOf('one', 'orders', { Enabled: false })]);
  started.streams[0]?.followed.addShard({ shardId: 's1' });
  started.streams[0]?.followed.append('s1', [record('1')]);
  await clock.advance(60_000);
  expect([invoked, started.mappings[0]?.status().state]).toEqual([[], 'Disabled']);
  started.mappings[0]?.setEnabled(true);
  await clock.advance(0);
  expect(invoked).toHaveLength(1);
});

test('once stopped, nothing is invoked and no stream is read', async () => {
  let asked = 0;
  const client = {
    send: async () => {
      asked++;
      return { StreamDescription: { Shards: [] } };
    },
  } as unknown as DynamoDBStreamsClient;
  const { clock, started, invoked } = start([mappingOf('one', 'orders')], {
    replay: false,
    clientOf: () => client,
  });
  started.streams[0]?.followed.addShard({ shardId: 's1' });
  await clock.advance(60_000);
  expect(asked).toBeGreaterThan(1);
  await clock.runUntil(started.stop());
  const before = asked;
  started.streams[0]?.followed.append('s1', [record('1')]);
  await clock.advance(60_000);
  expect([asked, invoked]).toEqual([before, []]);
});

test('a mapping that AWS would refuse is a problem of the template that names its function', () => {
  const refused = () => start([mappingOf('one', 'orders', { BatchSize: 0 })]);
  expect(refused).toThrow(Problem);
  expect(refused).toThrow(/the mapping of one: ValidationException/);
});
