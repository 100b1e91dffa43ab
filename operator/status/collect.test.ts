/** How a system is doing is told of each mapping by itself, deployed and on this machine; what cannot be found out is said, and hides nothing else. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestQueues, type TestProcessor, type TestQueues } from '../dead-letters/test-queues.ts';
import { chooseMappings } from '../mappings/choose.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { collectStatus } from './collect.ts';
import { cloudWatchOf, type Point } from './testing.ts';

const NOW = Date.parse('2026-03-17T09:30:00.000Z');
const clock = { now: () => NOW, after: () => () => {} };

let queues: TestQueues;
beforeAll(async () => {
  queues = await startTestQueues();
});
afterAll(() => queues.stop());

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const mappingOf = (id: string, word = '') => ({ id, word, table: id, streamArn: '' });

/** Each mapping is in the state that is given by its id; one without is refused. */
function lambdaOf(states: Readonly<Record<string, string>>): LambdaClient {
  const send = async ({ input }: { input: { UUID: string } }) => {
    const state = states[input.UUID];
    if (state === undefined) throw Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' });
    return { State: state, LastProcessingResult: `last of ${input.UUID}` };
  };
  return { send } as unknown as LambdaClient;
}

interface Surroundings {
  readonly states?: Readonly<Record<string, string>>;
  readonly cloudWatch?: CloudWatchClient;
  readonly gatewayUrl?: string;
}

function collect(processors: readonly TestProcessor[], given: Surroundings = {}) {
  const { states = {}, cloudWatch, gatewayUrl } = given;
  const [first] = processors;
  if (first === undefined) throw new Error('no processor');
  const system: System = {
    ...first.system({ lambda: lambdaOf(states), cloudWatch }),
    processors,
    gatewayUrl,
  };
  return collectStatus(system, chooseMappings(processors), clock);
}

const queueOf = ({ queueUrl }: ProcessorFacts) => `QueueName=${queueUrl.split('/').at(-1)}`;
const ago = (minutes: number, of: string, sum: number, maximum = sum): Point => ({
  of,
  atMs: NOW - minutes * 60_000,
  sum,
  maximum,
});

test('of a deployed mapping its own figures of the last five minutes are told, and what has none is absent', async () => {
  const bids = await queues.addProcessor('bids', [mappingOf('bids-own')]);
  const analytics = await queues.addProcessor('analytics', [
    mappingOf('own'),
    mappingOf('history', 'history'),
  ]);
  const points = [
    ago(1, 'AWS/Lambda IteratorAge FunctionName=bids', 9_000, 2_000),
    ago(3, 'AWS/Lambda IteratorAge FunctionName=bids', 9_000, 8_000),
    ago(1, 'AWS/Lambda Errors FunctionName=bids', 1),
    ago(4, 'AWS/Lambda Errors FunctionName=bids', 2),
    ago(6, 'AWS/Lambda Errors FunctionName=bids', 70),
    ago(2, 'AWS/Lambda Throttles FunctionName=bids', 4),
    ago(2, 'AWS/Lambda InvokedEventCount EventSourceMappingUUID=bids-own', 100),
    ago(3, 'AWS/Lambda InvokedEventCount EventSourceMappingUUID=bids-own', 200),
    ago(2, 'AWS/Lambda DroppedEventCount EventSourceMappingUUID=bids-own', 5),
    ago(2, 'AWS/Lambda InvokedEventCount EventSourceMappingUUID=history', 7),
  ];
  const states = { 'bids-own': 'Enabled', own: 'Disabled', history: 'Enabled' };
  const { mappings, unknown, at, stage } = await collect([bids, analytics], {
    states,
    cloudWatch: cloudWatchOf(points),
  });
  expect({ at, stage, unknown }).toEqual({ at: '2026-03-17T09:30:00.000Z', stage: 'test', unknown: [] });
  expect(mappings).toEqual([
    {
      title: 'bids',
      processor: 'bids',
      id: 'bids-own',
      table: 'bids-own',
      state: 'Enabled',
      lastResult: 'last of bids-own',
      oldestAgeMs: 2_000,
      invoked: { records: 300, overMs: 300_000 },
      errors: 3,
      throttles: 4,
      dropped: 5,
    },
    {
      title: 'analytics/own',
      processor: 'analytics',
      id: 'own',
      table: 'own',
      state: 'Disabled',
      lastResult: 'last of own',
    },
    {
      title: 'analytics/history',
      processor: 'analytics',
      id: 'history',
      table: 'history',
      state: 'Enabled',
      lastResult: 'last of history',
      invoked: { records: 7, overMs: 300_000 },
    },
  ]);
});

test('letters are counted once for each processor, held ones apart, and the oldest that waits has its age', async () => {
  const bids = await queues.addProcessor('bids', [mappingOf('a'), mappingOf('b', 'more')]);
  const products = await queues.addProcessor('products', [mappingOf('c')]);
  await bids.send('1', '2', '3');
  const open = products.open();
  await products.send('1');
  for await (const _ of open.letters()) break;
  const points = [
    ago(4, `AWS/SQS ApproximateAgeOfOldestMessage ${queueOf(bids)}`, 90, 60),
    ago(14, `AWS/SQS ApproximateAgeOfOldestMessage ${queueOf(bids)}`, 900),
    ago(14, `AWS/SQS ApproximateAgeOfOldestMessage ${queueOf(products)}`, 30),
  ];
  const { queues: found } = await collect([bids, products], {
    states: { a: 'Enabled', b: 'Enabled', c: 'Enabled' },
    cloudWatch: cloudWatchOf(points),
  });
  await open.close();
  expect(found).toEqual([
    { processor: 'bids', visible: 3, inFlight: 0, delayed: 0, oldestAgeMs: 60_000 },
    // An age that CloudWatch says late, of a message that somebody holds meanwhile, is none of those that wait.
    { processor: 'products', visible: 0, inFlight: 1, delayed: 0 },
  ]);
});

test('what cannot be found out is said, with its reason, and all else is told', async () => {
  const bids = await queues.addProcessor('bids', [mappingOf('refused')]);
  const products = await queues.addProcessor('products', [mappingOf('known')]);
  const gone = { ...bids, queueUrl: `${bids.queueUrl}-gone` };
  const cloudWatch = {
    send: () => Promise.reject(Object.assign(new Error('no'), { name: 'ThrottlingException' })),
  } as unknown as CloudWatchClient;
  const status = await collect([gone, products], { states: { known: 'Enabled' }, cloudWatch });
  expect(status.mappings.map(({ title, state }) => [title, state])).toEqual([
    ['bids', 'unknown'],
    ['products', 'Enabled'],
  ]);
  expect(status.queues).toMatchObject([{ processor: 'products', visible: 0 }]);
  expect(
    status.unknown.map((line) => line.replace(/ .*?(\w+Exception|QueueDoesNotExist).*/, ' $1')).sort(),
  ).toEqual([
    'age ThrottlingException',
    'bids: AccessDeniedException',
    'figures ThrottlingException',
    expect.stringMatching(/^letters/),
  ]);
});

test('on this machine the run tells the figures, since it began; a mapping that it does not have has none', async () => {
  const bids = await queues.addProcessor('bids', [
    mappingOf('waits'),
    mappingOf('idle', 'idle'),
    mappingOf('none', 'none'),
  ]);
  await bids.send('1');
  const failing = [
    { shardId: 's', requestId: 'r', attempts: 3, outcome: 'error', records: 1, since: '', last: '' },
  ];
  const run = {
    functionName: 'bids',
    table: '',
    streamArn: '',
    state: 'Enabled',
    inFlight: 0,
    checkpoints: {},
    givenUp: 0,
  };
  const gatewayUrl = await answering({
    mappings: [
      {
        ...run,
        id: 'idle',
        records: 0,
        failing: [],
        counts: { InvokedEventCount: 0, DroppedEventCount: 0 },
        watchedMs: 60_000,
        failedInvocations: 0,
        throttled: 0,
      },
      {
        ...run,
        id: 'waits',
        records: 12,
        oldestAgeMs: 7_000,
        failing,
        counts: { InvokedEventCount: 40, DroppedEventCount: 2 },
        watchedMs: 90_000,
        failedInvocations: 3,
        throttled: 1,
      },
    ],
  });
  const states = { waits: 'Enabled', idle: 'Enabled', none: 'Enabled' };
  const { mappings, queues: found, unknown } = await collect([bids], { states, gatewayUrl });
  expect(unknown).toEqual([]);
  expect(mappings[0]).toMatchObject({
    id: 'waits',
    waiting: 12,
    oldestAgeMs: 7_000,
    failing,
    invoked: { records: 40, overMs: 90_000 },
    errors: 3,
    throttles: 1,
    dropped: 2,
  });
  // Where nothing waits, the oldest record's age is known: it is none.
  expect(mappings[1]).toMatchObject({ id: 'idle', waiting: 0, oldestAgeMs: 0, dropped: 0 });
  expect(Object.keys(mappings[2] ?? {})).toEqual([
    'title',
    'processor',
    'id',
    'table',
    'state',
    'lastResult',
  ]);
  expect(found).toEqual([
    { processor: 'bids', visible: 1, inFlight: 0, delayed: 0, oldestAgeMs: expect.any(Number) },
  ]);
});

test('a run that does not answer is named, and the letters are counted all the same', async () => {
  const bids = await queues.addProcessor('bids', [mappingOf('own')]);
  await bids.send('1');
  const gatewayUrl = await answering({}, 503);
  const {
    mappings,
    queues: found,
    unknown,
  } = await collect([bids], { states: { own: 'Enabled' }, gatewayUrl });
  expect(unknown).toEqual([
    expect.stringContaining(`${gatewayUrl} does not say how it is doing (it answered 503)`),
  ]);
  expect(mappings).toMatchObject([{ state: 'Enabled' }]);
  expect(found).toMatchObject([{ visible: 1 }]);
});

async function answering(body: object, status = 200): Promise<string> {
  const server = createServer((_, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
      .end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
