/** Analyses for ever: a fixed number of ids that are written, written again, spoilt, deleted and written anew. */
import { analysisData, newArr } from '../../../fixtures/generate/analysis/result.ts';
import { analysisStreams } from '../../../fixtures/generate/analysis/streams.ts';
import { image } from '../../../fixtures/generate/image.ts';
import type { Random } from '../../../fixtures/generate/random.ts';
import { put, remove, type Step } from './step.ts';

/** The cache holds about so many values, however long it goes on. */
const ANALYSES = 4_000;
/** No value expires while the run lasts: expiry is a matter of the clock, and told apart from what is compared. */
const LIFE_S = 7 * 86_400;

export function* analysisHistory(random: Random, startMs: number): Generator<Step, never> {
  const there = new Set<string>();
  const stream = analysisStreams.results;
  for (let nowMs = startMs; ; nowMs += 1_000) {
    const id = `soak-${Math.floor(ANALYSES * random.next() ** 2)}`;
    const keys = image({ id });
    if (there.has(id) && random.chance(0.12)) {
      there.delete(id);
      yield remove(stream, keys);
      continue;
    }
    there.add(id);
    const confidence = random.pick(['HIGH', 'MEDIUM', 'LOW'] as const);
    const item = {
      id,
      createdAt: new Date(nowMs).toISOString(),
      ttl: Math.floor(startMs / 1_000) + LIFE_S,
    };
    const data = random.chance(0.002)
      ? 'Poison: a text where the analysis belongs.'
      : analysisData(random, newArr(random), confidence);
    yield put(stream, keys, image({ ...item, analysisData: data }));
  }
}
