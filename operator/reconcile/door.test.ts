/** An answer about keys is believed as a whole, when it is about the keys that were asked for, or not at all. */
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { openProjectionDoor } from './door.ts';

const KEYS = ['a', 'b'];
const equal = (key: string) => ({ key, kind: 'equal' });
const named = { id: 'run', action: 'compare' };

function door(answer: unknown, functionError?: string) {
  const lambda = {
    send: async () => ({
      Payload: Buffer.from(JSON.stringify(answer)),
      ...(functionError === undefined ? {} : { FunctionError: functionError }),
    }),
  } as unknown as LambdaClient;
  const { signal } = new AbortController();
  return openProjectionDoor({
    functionName: 'products',
    id: 'run',
    lambda,
    clock: new VirtualClock(),
    random: () => 0,
    signal,
  });
}

const compared = async (answer: unknown) =>
  (await door(answer).compare(KEYS)).map((one) => (one.kind === 'unread' ? one.failure.code : one.kind));

test('an answer about each key, in order, is taken', async () => {
  expect(await compared({ projection: named, comparisons: KEYS.map(equal) })).toEqual(['equal', 'equal']);
});

test.each<[string, unknown]>([
  ['about too few keys', { projection: named, comparisons: [equal('a')] }],
  ['about too many keys', { projection: named, comparisons: ['a', 'b', 'c'].map(equal) }],
  ['in another order', { projection: named, comparisons: ['b', 'a'].map(equal) }],
  ['of another run', { projection: { ...named, id: 'other' }, comparisons: KEYS.map(equal) }],
  ['to another question', { projection: { ...named, action: 'fill' }, comparisons: KEYS.map(equal) }],
  ['of another kind', { projection: named, comparisons: [equal('a'), { key: 'b', kind: 'fine' }] }],
  ['of nothing', null],
])('an answer %s says nothing of any key', async (_, answer) => {
  expect(await compared(answer)).toEqual(['ODD_ANSWER', 'ODD_ANSWER']);
});

test('a function that fails leaves each key to be asked again', async () => {
  const failing = door({ errorType: 'Runtime.OutOfMemory', errorMessage: '' }, 'Unhandled');
  expect(await failing.reconcile(KEYS)).toMatchObject(KEYS.map(() => ({ kind: 'transient' })));
});

test('a function that does not know the door is to be deployed again', async () => {
  await expect(door({ errorType: 'TypeError', errorMessage: '' }, 'Unhandled').compare(KEYS)).rejects.toThrow(
    Problem,
  );
});
