/** What once broke a law does not break it again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { law } from '../laws/law.ts';
import { lawNamed } from '../laws/suites.ts';
import { keep, regressions } from './regressions.ts';

describe.each(await regressions())('the history $file', ({ law: id, history }) => {
  it(`does not break ${id}`, async () => {
    expect(await (await lawNamed(id))?.replay(history)).toEqual([]);
  });
});

it('a broken law is kept with its smallest history, and breaks again when that is replayed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'regressions-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const fc = await import('fast-check');
  const small = law({
    id: 'numbers/small',
    title: 'numbers are small',
    histories: fc.record({ number: fc.nat() }),
    broken: async ({ number }) => (number < 100 ? [] : [`${number} is not small`]),
  });
  const verdict = await small.check({ runs: 1_000, seed: 1 });
  if (verdict.kind === 'holds') throw new Error('not broken');
  expect(verdict.history).toEqual({ number: 100 });
  await keep(small.id, verdict, folder);
  const [kept] = await regressions(folder);
  expect(kept).toMatchObject({ file: 'numbers-small-1.json', law: 'numbers/small', seed: 1 });
  expect(await small.replay(kept?.history)).toEqual(['100 is not small']);
  const again = await small.check({ runs: 1, seed: verdict.seed, path: verdict.path });
  expect(again).toMatchObject({ kind: 'broken', history: { number: 100 } });
});
