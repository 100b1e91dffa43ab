/** What a function said of the batch that it could not settle is known until it settles one. */
import { expect, test } from 'vitest';
import { BATCH_SETTLED } from '../../shared/telemetry/batch-report.ts';
import { keepLastFailures } from './last-failures.ts';

const NOW = Date.parse('2026-03-17T09:30:00Z');
const line = (entry: object) => JSON.stringify({ level: 'WARN', message: BATCH_SETTLED, ...entry });

function after(...lines: readonly string[]) {
  const keeper = keepLastFailures(() => NOW);
  for (const one of lines) keeper.take('products', one);
  return keeper;
}

const failed = line({ reported: '12', failures: { SEARCH_403: 2 }, redriven: false });

test('a batch that was reported is remembered with its codes', () => {
  expect(after(failed).of('products')).toEqual({
    at: '2026-03-17T09:30:00.000Z',
    reported: '12',
    codes: { SEARCH_403: 2 },
  });
  expect(after(failed).of('bids')).toBeUndefined();
});

test('a batch that was settled ends it', () => {
  expect(after(failed, line({ failures: {}, redriven: false })).of('products')).toBeUndefined();
});

test.each([
  ['a redrive', line({ failures: { INVALID: 1 }, redriven: true })],
  ['another line', JSON.stringify({ level: 'INFO', message: 'started' })],
  ['a line that only quotes the summary', JSON.stringify({ message: `was: ${BATCH_SETTLED}` })],
  ['a line that is no JSON', `${BATCH_SETTLED} {`],
])('%s says nothing about it', (_, other) => {
  expect(after(failed, other).of('products')).toBeDefined();
});
