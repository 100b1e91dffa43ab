/** What people are told of a comparison or rebuild: reasons, not one line for each of ten thousand items. */
import { expect, test } from 'vitest';
import { passProgress } from '../commands/reconcile-options.ts';
import { testContext } from '../commands/testing.ts';
import { jsonOf, renderLeft } from './report.ts';
import { newTally, note } from './tally.ts';

const file = { isTTY: false, columns: 0 } as Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

function drifted() {
  const tally = newTally();
  note(tally, 'missing', { key: 'm1' });
  for (const key of ['u1', 'u2', 'u3', 'u4'])
    note(tally, 'unprojectable', { key, failure: { code: 'INVALID_PRODUCT', details: 'title: no text' } });
  note(tally, 'unprojectable', { key: 'u5', failure: { code: 'INVALID_PRODUCT', details: 'status: none' } });
  note(tally, 'different', { key: 'd1', fields: ['unit', 'quantity'] });
  note(tally, 'different', { key: 'd2', fields: ['unit', 'quantity'] });
  return tally;
}

test('keys of one reason are one row with their number and three of them, most first', () => {
  const [head, ...rows] = renderLeft(drifted(), 50, file).trim().split('\n');
  expect(head).toMatch(/^IS +KEYS +WHAT +E\.G\.$/);
  expect(rows.map((row) => row.replace(/ {2,}/g, ' | '))).toEqual([
    'unprojectable | 4 | INVALID_PRODUCT: title: no text | u1, u2, u3',
    'different | 2 | unit, quantity | d1, d2',
    'missing | 1 | m1',
    'unprojectable | 1 | INVALID_PRODUCT: status: none | u5',
  ]);
});

test('what no row shows is counted in keys', () => {
  expect(renderLeft(drifted(), 2, file)).toMatch(/\n… and 2 more keys \(--json names up to 10,000\)\n$/);
});

test('--json names every key', () => {
  expect(jsonOf(drifted())).toMatchObject({ leftCount: 8, left: { length: 8 } });
});

test('what is waited for is said at once, though nothing is counted meanwhile', () => {
  const context = testContext();
  const progress = passProgress(context);
  progress.begin('filling the next index');
  progress.say('waiting until 09:30');
  expect(context.complained()).toBe('waiting until 09:30\n');
});
