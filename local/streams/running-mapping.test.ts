/** What operators see of a mapping, and how it is turned on and off, beyond what `local/gateway/mappings-endpoint.test.ts` asks of both. */
import { expect, test } from 'vitest';
import {
  createEventSourceMapping,
  type InvokeResult,
  type MappingEvent,
  parseMapping,
} from '../event-source-mapping/index.ts';
import type { LastFailures } from '../functions/last-failures.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { runningMapping } from './running-mapping.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/bids/stream/1';
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:bids';
const START = 1_700_000_000_000;

const success: InvokeResult = { kind: 'returned', payload: null };
const broken: InvokeResult = { kind: 'error', errorType: 'Error', errorMessage: 'what it quotes' };

function run(respond: () => Promise<InvokeResult> | InvokeResult, lastFailures?: LastFailures) {
  const clock = new VirtualClock(START);
  const properties = { FunctionName: 'bids', Enabled: true, BatchSize: 10, MaximumRetryAttempts: 1 };
  let enabledTimes = 0;
  const shown = runningMapping({
    uuid: 'one',
    functionName: 'bids',
    functionArn: FUNCTION,
    table: 'bids',
    streamArn: STREAM,
    properties,
    mapping: () => ({
      ...machine,
      enable() {
        enabledTimes++;
        machine.enable();
      },
    }),
    lastFailures: () => lastFailures,
    clock,
  });
  const machine = createEventSourceMapping({
    mapping: parseMapping(properties),
    clock,
    ids: () => 'request',
    invoke: async () => respond(),
    onFailure: async () => {},
    observe: (event: MappingEvent) => shown.observe(event),
  });
  machine.addShard({ shardId: 's1' });
  let last = 100;
  const append = (count: number) =>
    machine.append(
      's1',
      Array.from({ length: count }, () => ({
        dynamodb: { SequenceNumber: String(last++), ApproximateCreationDateTime: clock.now() / 1000 },
      })),
    );
  return { clock, shown, append, enabledTimes: () => enabledTimes };
}

test('it is shown as the Lambda API shows it: the properties of the template but for two, the time in seconds', async () => {
  const { clock, shown } = run(() => success);
  await clock.advance(5_500);
  shown.setEnabled(true);
  await clock.advance(0);
  expect(shown.configuration()).toEqual({
    BatchSize: 10,
    MaximumRetryAttempts: 1,
    UUID: 'one',
    FunctionArn: FUNCTION,
    EventSourceArn: STREAM,
    State: 'Enabled',
    StateTransitionReason: 'User action',
    LastProcessingResult: 'No records processed',
    LastModified: START / 1000 + 5.5,
  });
});

test('what is given up is counted in records, throttled invocations apart from failed ones', async () => {
  const answers: InvokeResult[] = [success, { kind: 'throttled' }, broken, broken];
  const { clock, shown, append } = run(() => answers.shift() ?? success);
  await clock.advance(500);
  shown.setEnabled(true);
  append(1);
  await clock.advance(59_500);
  expect(shown.status()).toMatchObject({ lastInvokedAt: new Date(START + 500).toISOString() });
  expect(shown.configuration()).toMatchObject({ LastProcessingResult: 'OK' });
  append(3);
  await clock.advance(60_000);
  expect(shown.status()).toMatchObject({
    failedInvocations: 2,
    throttled: 1,
    givenUp: 3,
    watchedMs: 120_000,
    records: 0,
    failing: [],
  });
  expect(Date.parse(shown.status().lastInvokedAt ?? '')).toBeGreaterThan(START + 60_000);
  expect(shown.configuration()).toMatchObject({ LastProcessingResult: 'PROBLEM: Function call failed' });
});

test('an invocation that settles a part of its batch is a problem, and not OK', () => {
  const { shown } = run(() => success);
  shown.observe({
    kind: 'invoked',
    atMs: START,
    durationMs: 1,
    requestId: 'request',
    shardId: 's1',
    sequenceNumbers: ['1', '2'],
    attempt: 1,
    outcome: 'partial',
    failedFrom: '2',
  });
  expect(shown.configuration()).toMatchObject({ LastProcessingResult: 'PROBLEM: Function call failed' });
  expect(shown.status()).toMatchObject({ failedInvocations: 1 });
});

test('what the function said of its last batch is shown with it', () => {
  const failures: LastFailures = { at: '2026-03-17T00:00:00.000Z', reported: '1', codes: { SearchDown: 2 } };
  expect(run(() => success, failures).shown.status()).toMatchObject({ lastFailures: failures });
  expect(run(() => success).shown.status()).not.toHaveProperty('lastFailures');
});

test('what is as it is asked to be is not begun anew, and nothing is taken while a change is under way', async () => {
  const { clock, shown, enabledTimes } = run(() => success);
  expect(shown.setEnabled(false)).toBe(true);
  expect(shown.setEnabled(true)).toBe(true);
  expect(shown.setEnabled(true)).toBe(false);
  await clock.advance(0);
  expect(shown.setEnabled(true)).toBe(true);
  expect([shown.status().state, enabledTimes()]).toEqual(['Enabled', 1]);
});

test('one whose mapping broke while it was turned off is off, and not turning off for ever', async () => {
  const invocation = Promise.withResolvers<InvokeResult>();
  const { clock, shown, append } = run(() => invocation.promise);
  shown.setEnabled(true);
  append(1);
  await clock.advance(0);
  shown.setEnabled(false);
  invocation.reject(new Error('no worker'));
  await clock.advance(0);
  expect(shown.status().state).toBe('Disabled');
});
