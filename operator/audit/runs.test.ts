/** What is left of many runs' trails reads as one summary for each run. */
import { expect, test } from 'vitest';
import { joinRuns } from './runs.ts';

const start = { who: { user: 'asha', host: 'desk' }, stage: 'dev', command: 'dlq redrive', arguments: [] };

test('parts are put together to one summary for each run, whatever their order', async () => {
  const text = (...lines: object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const begun = (run: string, at: string) => ({ event: 'start', run, at, ...start });
  const result = (run: string, result: string) => ({ event: 'result', run, at: '', result });
  const runs = joinRuns([
    text(result('b', 'applied'), result('b', 'gone'), { event: 'end', run: 'b', at: '', outcome: 'failed' }),
    text(begun('a', '2026-03-17T09:00:00.000Z')),
    'no line of ours\n',
    text(result('a', 'applied')),
    text(begun('b', '2026-03-17T10:00:00.000Z')),
  ]);
  expect(runs.map(({ run, outcome, results }) => [run, outcome, results])).toEqual([
    ['b', 'failed', { applied: 1, gone: 1 }],
    ['a', undefined, { applied: 1 }],
  ]);
});

test('a result is counted by any word', () => {
  const lines = [
    { event: 'start', run: 'a', at: '', ...start },
    { event: 'result', run: 'a', at: '', result: '__proto__' },
    { event: 'result', run: 'a', at: '', result: '__proto__' },
  ];
  const [run] = joinRuns(lines.map((line) => JSON.stringify(line)));
  expect(Object.entries(run?.results ?? {})).toEqual([['__proto__', 2]]);
});
