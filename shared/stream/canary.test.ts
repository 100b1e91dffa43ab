/** A canary has no effect anywhere, whatever a table's keys look like. */
import { expect, test } from 'vitest';
import { streamRecord } from '../../test/support/record.ts';
import { CANARY_PREFIX } from './canary.ts';
import { type Deciding, prepare } from './prepare.ts';

/** Would take anything for poison, and has no ordering key for it. */
const strict: Deciding<never> = {
  images: 'new-and-old',
  orderingKey: () => undefined,
  decide: () => ({ kind: 'poison', failure: { code: 'INVALID' } }),
};

const outcomeOf = (keys: object, eventName: string) => {
  const record = streamRecord({ eventName, keys, newImage: keys, oldImage: keys });
  const { step } = prepare(strict, record, false);
  return step.kind === 'ended' ? step.outcome : step;
};

test.each(['INSERT', 'MODIFY', 'REMOVE'])('the %s of a canary is ignored by rule', (eventName) => {
  const id = `${CANARY_PREFIX}1`;
  for (const keys of [
    { bookingId: { S: id } },
    { PK: { S: id }, SK: { S: id } },
    { id: { S: id }, at: { N: '0' } },
  ]) {
    expect(outcomeOf(keys, eventName)).toEqual({ kind: 'ignored', rule: 'canary' });
  }
});

test('an item that only speaks of a canary is no canary', () => {
  const outcome = outcomeOf({ PK: { S: `about ${CANARY_PREFIX}1` } }, 'INSERT');
  expect(outcome).toMatchObject({ kind: 'poison', failure: { code: 'MALFORMED_KEY' } });
});
