/** What counts as proven, and how it is shown. */
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { allProven, openLedger, type Row } from './ledger.ts';
import { reportText, rowText } from './report.ts';

const out = { isTTY: false, columns: 80 } as const;
const surroundings = { search: 'OpenSearch', redis: 'redis-server', tookMs: 1_500 };

function ledger() {
  const said: string[] = [];
  return { said, ...openLedger(new VirtualClock(0), (row) => said.push(rowText(row))) };
}

test('a claim is proven by what was seen, and not by work that throws', async () => {
  const { prove, rows } = ledger();
  expect(await prove('bids', 'it comes', async () => 'one')).toBe(true);
  expect(await prove('bids', 'it stays', () => Promise.reject(new Error('not seen\nwithin 1 s')))).toBe(
    false,
  );
  expect(rows.map(({ result, evidence }) => [result, evidence])).toEqual([
    ['proven', 'one'],
    ['failed', 'not seen within 1 s'],
  ]);
});

test('the simulator’s proofs count, and are told apart', async () => {
  const { prove, rows, said } = ledger();
  await prove('failures', 'it halves', async () => '12 | 1 | 2', 'simulator');
  expect(allProven(rows)).toBe(true);
  expect(said).toEqual(['by the simulator: failures: it halves (0.0 s): 12 | 1 | 2']);
});

test.each<Row['result']>(['failed', 'not-reached'])('with one claim %s nothing is proven', async (result) => {
  const { prove, rows } = ledger();
  await prove('bids', 'it comes', async () => 'one');
  expect(allProven(rows)).toBe(true);
  expect(allProven([...rows, { part: 'bids', claim: 'it stays', result, evidence: '', tookMs: 0 }])).toBe(
    false,
  );
});

test('a rehearsal without a claim proves nothing', () => {
  expect(allProven([])).toBe(false);
});

test('the report says what was not proven, what this emulator cannot show, and what it ran on', async () => {
  const { prove, notReached, rows } = ledger();
  await prove('bids', 'it comes', async () => 'one');
  notReached('everything else', 'nothing is deployed to look at');
  const text = reportText(rows, surroundings, out);
  expect(text).toContain('not reached');
  expect(text).toMatch(/NOT SHOWN BY THIS EMULATOR/);
  expect(text.trim().split('\n').at(-1)).toBe(
    '1 proven, 0 by the simulator, 1 not; with OpenSearch, redis-server; 1.5 s',
  );
});
