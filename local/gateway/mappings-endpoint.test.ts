/** Mappings as the SDK's Lambda client lists them, turns them off and on, and what becomes of their records meanwhile. */
import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, expect, test } from 'vitest';
import { createEventSourceMapping, type InvokeResult, parseMapping } from '../event-source-mapping/index.ts';
import { type MappingStatus, runningMapping } from '../streams/running-mapping.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { startGateway } from './gateway.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/bids/stream/1';
const UUID = '00000000-0000-4000-8000-000000000001';
const START = 1_700_000_000_000;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(respond: () => Promise<InvokeResult> | InvokeResult) {
  const clock = new VirtualClock(START);
  const batches: number[] = [];
  const properties = {
    BatchSize: 10,
    MaximumRetryAttempts: -1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    FunctionName: 'bids',
    Enabled: true,
  };
  const shown = runningMapping({
    uuid: UUID,
    functionName: 'bids',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bids',
    table: 'bids',
    streamArn: STREAM,
    properties,
    mapping: () => machine,
    lastFailures: () => undefined,
    clock,
  });
  const machine = createEventSourceMapping({
    mapping: parseMapping(properties, { uuid: UUID, eventSourceArn: STREAM }),
    clock,
    ids: () => 'request',
    invoke: async ({ event }) => {
      batches.push(event.Records.length);
      return respond();
    },
    onFailure: async () => {},
    observe: (event) => shown.observe(event),
  });
  machine.addShard({ shardId: 'shard' });
  shown.setEnabled(true);
  await clock.advance(0);
  const gateway = await startGateway({
    clock,
    invoke: async () => undefined,
    mappings: () => [shown],
    warn: () => {},
  });
  const lambda = new LambdaClient({
    region: 'us-east-1',
    endpoint: gateway.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  closing.push(async () => {
    lambda.destroy();
    await gateway.close();
  });
  let last = 100;
  return {
    clock,
    url: gateway.url,
    lambda,
    batches,
    append: (...ages: number[]) =>
      machine.append(
        'shard',
        ages.map((ageS) => ({
          dynamodb: {
            SequenceNumber: String(last++),
            ApproximateCreationDateTime: START / 1000 - ageS,
            Keys: { PK: { S: 'a' } },
          },
        })),
      ),
    state: async () => (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State,
    turn: (enabled: boolean) => lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: enabled })),
    async status() {
      const answer = (await (await fetch(`${gateway.url}/local/status`)).json()) as {
        mappings: MappingStatus[];
      };
      return answer.mappings[0];
    },
  };
}

const success: InvokeResult = { kind: 'returned', payload: null };

test('mappings are listed with their properties, all, by function or by stream', async () => {
  const { lambda } = await start(() => success);
  const list = async (filter: { FunctionName?: string; EventSourceArn?: string }) =>
    (await lambda.send(new ListEventSourceMappingsCommand(filter))).EventSourceMappings ?? [];
  expect(await list({})).toMatchObject([
    {
      UUID,
      State: 'Enabled',
      BatchSize: 10,
      EventSourceArn: STREAM,
      LastProcessingResult: 'No records processed',
    },
  ]);
  expect(await list({ FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:bids' })).toHaveLength(1);
  for (const same of ['bids', 'bids:live', 'function:bids:$LATEST', '000000000000:function:bids'])
    expect(await list({ FunctionName: same })).toHaveLength(1);
  expect(await list({ FunctionName: 'products' })).toEqual([]);
  expect(await list({ EventSourceArn: `${STREAM}2` })).toEqual([]);
});

test('a mapping that is turned off gets no records, keeps its place, and goes on from it', async () => {
  const { append, batches, clock, state, status, turn } = await start(() => success);
  append(0, 0);
  await clock.advance(0);
  expect((await turn(false)).State).toBe('Disabling');
  await clock.advance(0);
  expect(await state()).toBe('Disabled');
  append(5, 4, 3);
  await clock.advance(10_000);
  expect([batches, (await status())?.checkpoints]).toEqual([[2], { shard: '101' }]);
  expect(await status()).toMatchObject({ state: 'Disabled', records: 3, oldestAgeMs: 15_000 });

  expect((await turn(true)).State).toBe('Enabling');
  await clock.advance(0);
  expect(await state()).toBe('Enabled');
  expect([batches, (await status())?.checkpoints]).toEqual([[2, 3], { shard: '104' }]);
});

test('a mapping is disabling until the invocation under way has ended, and takes no other change meanwhile', async () => {
  const invocation = Promise.withResolvers<InvokeResult>();
  const { append, clock, state, turn } = await start(() => invocation.promise);
  append(0);
  await clock.advance(0);
  expect((await turn(false)).State).toBe('Disabling');
  await clock.advance(60_000);
  expect(await state()).toBe('Disabling');
  await expect(turn(true)).rejects.toMatchObject({ name: 'ResourceInUseException' });
  invocation.resolve(success);
  await clock.advance(0);
  expect(await state()).toBe('Disabled');
});

test('a mapping that does not exist is not found', async () => {
  const { lambda } = await start(() => success);
  const other = lambda.send(new GetEventSourceMappingCommand({ UUID: 'other' }));
  await expect(other).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('who does not sign changes nothing, and who does not say what changes nothing either', async () => {
  const { lambda, state, url } = await start(() => success);
  const unsigned = await fetch(`${url}/2015-03-31/event-source-mappings/${UUID}`, {
    method: 'PUT',
    body: '{"Enabled":false}',
  });
  expect(unsigned.status).toBe(403);
  const unsaid = lambda.send(new UpdateEventSourceMappingCommand({ UUID }));
  await expect(unsaid).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  expect(await state()).toBe('Enabled');
});

test('nothing but Enabled can be changed', async () => {
  const { lambda } = await start(() => success);
  const change = lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true, BatchSize: 1 }));
  await expect(change).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});

test('the status names the record that blocks a shard, since when, and the type of the error', async () => {
  let broken = true;
  const { append, clock, status } = await start(() =>
    broken ? { kind: 'error', errorType: 'SearchDown', errorMessage: 'whatever it quotes' } : success,
  );
  append(7, 6);
  await clock.advance(1_000);
  const { failing = [], oldestAgeMs } = (await status()) ?? {};
  expect(failing).toMatchObject([
    { shardId: 'shard', sequenceNumber: '100', errorType: 'SearchDown', outcome: 'error', records: 2 },
  ]);
  expect(failing[0]?.attempts).toBeGreaterThan(1);
  expect([failing[0]?.since, oldestAgeMs]).toEqual([new Date(START).toISOString(), 8_000]);
  broken = false;
  await clock.advance(60_000);
  expect((await status())?.failing).toEqual([]);
});

test('the status names the record that the function reported', async () => {
  const { append, clock, status } = await start(() => ({
    kind: 'returned',
    payload: { batchItemFailures: [{ itemIdentifier: '101' }] },
  }));
  append(0, 0, 0);
  await clock.advance(5_000);
  expect((await status())?.failing).toMatchObject([
    { sequenceNumber: '101', outcome: 'partial', records: 2 },
  ]);
});
