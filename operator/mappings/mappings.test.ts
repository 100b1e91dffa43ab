/** Mappings are chosen by the names of their processors, and turned on and off until it has settled. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, expect, test } from 'vitest';
import { startGateway } from '../../local/gateway/gateway.ts';
import { Problem } from '../../local/problem.ts';
import type { MappingState, RunningMapping } from '../../local/streams/running-mapping.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { systemClock } from '../../shared/time/clock.ts';
import type { ProcessorFacts } from '../system/system.ts';
import { chooseMappings, nameList } from './choose.ts';
import { changeMapping, mappingState } from './mapping-state.ts';
import { timeLeft } from './time-left.ts';

const HOUR = 3_600_000;

function processor(name: string, ...words: string[]): ProcessorFacts {
  return {
    name,
    functionName: name,
    queueUrl: '',
    failureBucket: '',
    setUpFunctionName: undefined,
    mappings: ['', ...words].map((word) => ({ id: `${name}-${word}`, word, table: name, streamArn: '' })),
  };
}

const processors = [processor('bids'), processor('analytics', 'history')];
const titles = (names?: readonly string[]) => chooseMappings(processors, names).map(({ title }) => title);

test('without a name all mappings are meant', () => {
  expect(titles()).toEqual(['bids', 'analytics/own', 'analytics/history']);
});

test("a processor's name means all its mappings, one mapping has a name of its own", () => {
  expect(titles(['analytics'])).toEqual(['analytics/own', 'analytics/history']);
  expect(titles(['analytics/history', 'bids'])).toEqual(['bids', 'analytics/history']);
});

test('a name that fits nothing is refused with the names there are', () => {
  expect(() => titles(['bid'])).toThrow(Problem);
  expect(() => titles(['bid'])).toThrow('analytics/history, analytics/own, bids');
});

test('names are divided by commas, and the option may be repeated', () => {
  expect(nameList('c', nameList('a, b,'))).toEqual(['a', 'b', 'c']);
});

test('the time left is counted from the age of the oldest record', () => {
  expect(timeLeft(2 * HOUR, 12 * HOUR)).toEqual({ untilGivenUpMs: 10 * HOUR, untilForgottenMs: 22 * HOUR });
  expect(timeLeft(30 * HOUR, undefined)).toEqual({ untilGivenUpMs: undefined, untilForgottenMs: 0 });
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A mapping that changes its state at the third look, as Lambda's do after seconds. */
async function lambdaWith(first: MappingState) {
  let state: MappingState = first;
  let looks = 0;
  const asked: boolean[] = [];
  const mapping: RunningMapping = {
    functionName: 'bids',
    configuration() {
      if (++looks > 3) {
        if (state === 'Disabling') state = 'Disabled';
        if (state === 'Enabling') state = 'Enabled';
        looks = 0;
      }
      return { UUID: 'id', State: state, MaximumRecordAgeInSeconds: 43_200 };
    },
    setEnabled(enabled) {
      if (state === 'Enabling' || state === 'Disabling') return false;
      asked.push(enabled);
      state = enabled ? 'Enabling' : 'Disabling';
      return true;
    },
    status: () => {
      throw new Error('not asked for');
    },
    observe: () => {},
  };
  const gateway = await startGateway({
    clock: new VirtualClock(),
    invoke: async () => undefined,
    mappings: () => [mapping],
    warn: () => {},
  });
  const lambda = new LambdaClient({
    region: 'here',
    endpoint: gateway.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  closing.push(async () => {
    lambda.destroy();
    await gateway.close();
  });
  return { lambda, asked };
}

/** Pauses cost nothing, and are counted. */
function hurriedClock() {
  let nowMs = 0;
  return {
    now: () => nowMs,
    after(ms: number, fn: () => void) {
      nowMs += ms;
      return systemClock.after(0, fn);
    },
  };
}

async function change(first: MappingState, enabled: boolean, patienceMs?: number) {
  const { lambda, asked } = await lambdaWith(first);
  const states: string[] = [];
  const changed = await changeMapping({
    lambda,
    id: 'id',
    enabled,
    clock: hurriedClock(),
    signal: new AbortController().signal,
    onState: (state) => states.push(state),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  return { changed, states, asked };
}

test('a change is waited for until it has settled, and each state on the way is told once', async () => {
  expect(await change('Enabled', false)).toEqual({
    changed: { kind: 'changed', state: 'Disabled' },
    states: ['Enabled', 'Disabling', 'Disabled'],
    asked: [false],
  });
});

test('a mapping that is as wanted is left alone', async () => {
  expect(await change('Disabled', false)).toMatchObject({ changed: { kind: 'unchanged' }, asked: [] });
});

test("somebody else's change is waited out before one's own is asked for", async () => {
  expect(await change('Disabling', true)).toMatchObject({
    changed: { kind: 'changed', state: 'Enabled' },
    asked: [true],
  });
});

test('a change that does not settle in time is said to be under way', async () => {
  const { changed } = await change('Enabled', false, 500);
  expect(changed).toEqual({ kind: 'unsettled', state: 'Disabling' });
});

test("a mapping's record age is known", async () => {
  const { lambda } = await lambdaWith('Enabled');
  expect(await mappingState(lambda, 'id')).toMatchObject({ state: 'Enabled', maximumRecordAgeMs: 12 * HOUR });
});
