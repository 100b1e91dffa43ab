/** Whoever reads that letters stay is told, by commands that can be pasted, what comes next. */
import { expect, test } from 'vitest';
import { nextSteps } from './next-steps.ts';
import { planRows } from './report.ts';
import { entry } from './testing.ts';

const unresolvable = (passing: boolean, code: string) => {
  const one = entry({ eventId: `${code}-${passing}` });
  one.verdict = { kind: 'unresolvable', failure: { code: 'X' }, passing };
  return { ...one, facts: { ...one.facts, error: { code } } };
};

const commandsOf = (lines: readonly string[]) => lines.filter((line) => line.startsWith('  streamkeeper'));

test('records that cannot succeed are looked at, mended and redriven, or given up', () => {
  const rows = planRows([unresolvable(false, 'INVALID_BID'), unresolvable(false, 'INVALID_BID')]);
  const lines = nextSteps({ rows, unread: [] }, '--stage prod');
  expect(lines[0]).toMatch(/2 records that failed with INVALID_BID cannot succeed/);
  const filter = `--stage prod --where processor=${rows[0]?.processor},code=INVALID_BID`;
  expect(commandsOf(lines)).toEqual([
    `  streamkeeper dlq show ${filter}`,
    `  streamkeeper dlq redrive ${filter}`,
    `  streamkeeper dlq discard ${filter} --dry-run`,
  ]);
});

test('records that could not be looked at are redriven later, and never offered for discarding', () => {
  const rows = planRows([unresolvable(true, 'A'), unresolvable(false, 'B')]);
  expect(rows).toHaveLength(2);
  const commands = commandsOf(nextSteps({ rows, unread: [] }, '--local'));
  expect(commands.filter((line) => line.includes('code=A'))).toEqual([
    expect.stringMatching(/^ {2}streamkeeper dlq redrive --local /),
  ]);
});

test('letters without a readable record are named by the reason that filters know', () => {
  const unread = [{ processor: 'bids', form: 'pointer', reason: { code: 'STREAM_TRIMMED' } }] as const;
  expect(commandsOf(nextSteps({ rows: [], unread }, '--local'))).toEqual([
    '  streamkeeper dlq show --local --where processor=bids,code=STREAM_TRIMMED',
    '  streamkeeper dlq discard --local --where processor=bids,code=STREAM_TRIMMED --dry-run',
  ]);
});

test('records and letters of one code are counted together, whatever stands in their way now', () => {
  const rows = planRows([
    {
      ...unresolvable(false, 'A'),
      verdict: { kind: 'unresolvable', failure: { code: 'Y' }, passing: false },
    },
    unresolvable(false, 'A'),
  ]);
  expect(rows).toHaveLength(2);
  const letter = { processor: 'bids', form: 'pointer', reason: { code: 'STREAM_TRIMMED' } } as const;
  const [records, letters] = nextSteps({ rows, unread: [letter, letter] }, '--local').filter(
    (line) => !line.startsWith('  '),
  );
  expect(records).toMatch(/: 2 records that failed with A /);
  expect(letters).toMatch(/: 2 letters of which/);
});

test.each([
  [{ form: 'test-message' }, 'TEST_MESSAGE'],
  [{ form: 'pointer', condition: 'RecordAgeExceeded' }, 'RecordAgeExceeded'],
  [{ form: 'failed-batch' }, 'EMPTY'],
] as const)('a letter without a reason is named by what filters call it: %j', (parts, code) => {
  const lines = nextSteps({ rows: [], unread: [{ processor: 'bids', ...parts }] }, '--local');
  expect(commandsOf(lines)[0]).toContain(`code=${code}`);
});

test('what a redrive settles needs nothing', () => {
  const one = entry({});
  one.verdict = { kind: 'apply' };
  expect(nextSteps({ rows: planRows([one]), unread: [] }, '--local')).toEqual([]);
});
