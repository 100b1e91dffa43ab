/** What is written down of each record, and how it is counted. */
import { expect, test } from 'vitest';
import type { DoorDecision } from '../redrive/door-answers.ts';
import { describeAll, Tally } from './described.ts';
import { inBatches, recorded } from './testing.ts';

const failure = { code: 'ODD_ANSWER' };
const DECISIONS: readonly DoorDecision[] = [
  { kind: 'effect', key: 'p1', effect: { put: 1 } },
  { kind: 'ignored', rule: 'removed' },
  { kind: 'poison', failure: { code: 'INVALID' } },
  { kind: 'unanswered', failure },
];

async function described(
  decisions: readonly DoorDecision[],
  records: readonly ReturnType<typeof recorded>[],
) {
  const all = await Array.fromAsync(describeAll(inBatches(records), async () => decisions));
  return all.map((one) => one.described);
}

test('of each decision all is written down, in the order of the records', async () => {
  const records = DECISIONS.map((_, index) => recorded(index + 1, { key: `PK=${index}` }));
  expect(await described(DECISIONS, records)).toEqual([
    { eventId: 'e1', key: 'PK=0', decision: 'effect', orderingKey: 'p1', effect: { put: 1 } },
    { eventId: 'e2', key: 'PK=1', decision: 'ignored', rule: 'removed' },
    { eventId: 'e3', key: 'PK=2', decision: 'poison', failure: { code: 'INVALID' } },
    { eventId: 'e4', key: 'PK=3', decision: 'unanswered', failure },
  ]);
});

test('a record of which nothing was said is unanswered, and one without id or key has none', async () => {
  const [, second] = await described(DECISIONS.slice(0, 1), [
    recorded(1),
    recorded(2, { eventId: undefined }),
  ]);
  expect(second).toEqual({
    eventId: null,
    key: null,
    decision: 'unanswered',
    failure: { code: 'NO_ANSWER' },
  });
});

test('a tally counts by meaning and reason, most first, then by name', async () => {
  const tally = new Tally();
  for (const one of await described(
    DECISIONS,
    [1, 2, 3, 4].map((n) => recorded(n)),
  ))
    tally.add(one);
  tally.count('poison: INVALID');
  expect(tally.total).toBe(5);
  expect(tally.entries()).toEqual([
    ['poison: INVALID', 2],
    ['effect', 1],
    ['ignored: removed', 1],
    ['unanswered: ODD_ANSWER', 1],
  ]);
});
