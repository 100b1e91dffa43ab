/** The recorded cases mean what they meant when their effects were written down: what changes here changes what people are told. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { streamsWithCases } from '../../fixtures/cases.ts';
import { effectsOf } from '../../fixtures/generate/effects.ts';
import { differencesFrom } from '../../operator/replay/describe-recording.ts';

const EFFECTS = join(import.meta.dirname, '../../fixtures/effects');

/** If a difference is meant: `node fixtures/generate/effects.ts` writes the files again. */
test.each(streamsWithCases)('every recorded case means to %s what it meant', async (stream) => {
  expect(await differencesFrom(join(EFFECTS, `${stream}.jsonl`), await effectsOf(stream))).toBe('');
});
