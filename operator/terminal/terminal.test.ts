/** What people see on a terminal and in a file, and how they confirm. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { confirm } from './confirm.ts';
import { count, counted, moment, span } from './format.ts';
import { startProgress } from './progress.ts';
import { renderTable } from './table.ts';
import { cutTo, widthOf } from './width.ts';

const file = { isTTY: false, columns: 0 } as Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;
const terminal = (columns: number) =>
  ({ isTTY: true, columns }) as Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

test.each([
  ['tomato', 6],
  // Vowel signs and the virama stand on their letters: three of these are marks without width of their own.
  ['हिन्दी', 5],
  ['தமிழ்', 4],
  ['日本', 4],
  ['🍅', 2],
  ['e\u0301', 1],
])('%s takes %i columns', (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

test('a text is cut between letters, never between a letter and its marks', () => {
  expect(cutTo('tomatoes', 5)).toBe('toma…');
  expect(cutTo('कक्षा', 10)).toBe('कक्षा');
  for (let columns = 1; columns < 6; columns++) {
    const cut = cutTo('हिन्दी भाषा', columns);
    expect(widthOf(cut)).toBeLessThanOrEqual(columns);
    expect(cut.slice(0, -1)).not.toMatch(/^\p{M}/u);
  }
});

const rows = [
  { name: 'bids', records: 12 },
  { name: 'a-very-long-name-of-something', records: 3 },
];
const columns = [
  { title: 'NAME', text: (row: { name: string }) => row.name, atLeast: 8 },
  { title: 'RECORDS', text: (row: { records: number }) => String(row.records), align: 'right' as const },
];

test('columns are aligned, and in a file nothing is cut or coloured', () => {
  expect(renderTable(rows, columns, file)).toBe(
    [
      'NAME                           RECORDS',
      'bids                                12',
      'a-very-long-name-of-something        3',
      '',
    ].join('\n'),
  );
});

test('on a narrow terminal the column that may be cut is cut', () => {
  const lines = renderTable(rows, columns, terminal(20)).split('\n').slice(1, 3);
  expect(lines).toEqual(['bids              12', 'a-very-lon…        3']);
});

test('what could move the cursor is shown as a space', () => {
  expect(renderTable([{ name: 'a\u001b[2Jb\nc', records: 1 }], columns, file)).toContain('a [2Jb c');
});

test.each([
  [0, '0 s'],
  [300, '0.3 s'],
  [40_000, '40 s'],
  [125 * 60_000, '2 h 5 min'],
  [86_400_000, '1 d'],
  [90_000_000, '1 d 1 h'],
  [-60_000, '−1 min'],
])('%i ms are %s', (ms, text) => {
  expect(span(ms)).toBe(text);
});

test('numbers and moments are written one way everywhere', () => {
  expect([count(12_345), counted(1, 'record'), counted(2, 'record')]).toEqual([
    '12,345',
    '1 record',
    '2 records',
  ]);
  expect([moment('2026-03-17T09:30:00.123Z'), moment('no time')]).toEqual([
    '2026-03-17 09:30:00Z',
    'no time',
  ]);
});

function screen(): { err: NodeJS.WriteStream; text: () => string } {
  const written: string[] = [];
  const err = { isTTY: false, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  return { err, text: () => written.join('') };
}

test('off a terminal progress is a line every five seconds, and the last state', async () => {
  const clock = new VirtualClock();
  const { err, text } = screen();
  const progress = startProgress({ err, clock, label: 'redriving', total: 1_000 });
  for (let done = 1; done <= 11; done++) {
    await clock.advance(1_000);
    progress.update(done, done > 5 ? '1 failed' : '');
  }
  progress.stop();
  expect(text().split('\n')).toEqual([
    'redriving: 5 of 1,000 (5 s)',
    'redriving: 10 of 1,000 · 1 failed (10 s)',
    'redriving: 11 of 1,000 · 1 failed (11 s)',
    '',
  ]);
});

function answering(answer: string | undefined) {
  const input = Object.assign(new PassThrough(), {
    isTTY: answer !== undefined,
  }) as unknown as NodeJS.ReadStream;
  const err = Object.assign(new PassThrough(), {
    isTTY: answer !== undefined,
  }) as unknown as NodeJS.WriteStream;
  if (answer !== undefined) (input as unknown as PassThrough).write(`${answer}\n`);
  return { input, err, signal: new AbortController().signal };
}

const prod = { production: true, stage: 'prod', title: 'prod in 123456789012, ap-south-1 (production)' };
const ask = (answer: string | undefined, system = prod, yes = false) =>
  confirm(answering(answer), system, 'pause bids', { yes });

test('on a production stage its name has to be typed', async () => {
  await expect(ask('prod')).resolves.toBeUndefined();
  await expect(ask('yes')).rejects.toThrow(Problem);
});

test('where nobody can type, a production stage is changed with --yes only', async () => {
  await expect(ask(undefined)).rejects.toThrow(Problem);
  await expect(ask(undefined, prod, true)).resolves.toBeUndefined();
});

test('other stages are not asked about', async () => {
  await expect(ask(undefined, { ...prod, production: false })).resolves.toBeUndefined();
});
