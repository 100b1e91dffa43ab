/** Analysis results follow into the cache, and leave it with their item. */
import { analysisImage, analysisKeys } from '../../support/analysis.ts';
import type { Deployed } from '../deployed.ts';
import type { Ledger } from '../ledger.ts';
import { seen } from '../wait.ts';

const HOUR_S = 3_600;
const never = new AbortController().signal;

export async function proveAnalysisResults(ledger: Ledger, stage: Deployed): Promise<void> {
  const { clock, redis } = stage;
  const table = stage.table('opportunity-analysis', 'results');
  const ask = async (...command: [string, ...string[]]) => (await redis.send([command], never))[0];
  await ledger.prove('analysis-results', 'a result is in the cache, and expires with its item', async () => {
    await stage.put(table, analysisImage('a1', '$100,000', Math.floor(clock.now() / 1000) + HOUR_S));
    const text = await seen(clock, 'the entry', async () => {
      const reply = await ask('GET', 'analysis:a1');
      return typeof reply === 'string' && reply;
    });
    if (!text.includes('$100,000')) throw new Error('the entry is not the result');
    const leftMs = Number(await ask('PTTL', 'analysis:a1'));
    if (!(leftMs > 0 && leftMs <= HOUR_S * 1000)) throw new Error(`it expires in ${leftMs} ms`);
    return `${text.length} bytes, for ${Math.round(leftMs / 60_000)} min`;
  });
  await ledger.prove('analysis-results', 'a removed result is evicted', async () => {
    await stage.remove(table, analysisKeys('a1'));
    await seen(clock, 'its absence', async () => (await ask('EXISTS', 'analysis:a1')) === 0);
    return 'gone';
  });
}
