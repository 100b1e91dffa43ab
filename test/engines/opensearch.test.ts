/**
 * The search contract on real OpenSearch, one version after the other, as `npm run test:engines` names them; or on the one at
 * OPENSEARCH_URL, where the tests leave indices and settings.
 */
import { startOpenSearch } from '../../local/engines/opensearch/start.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { type EngineUnderTest, searchContract } from '../contracts/search-contract.ts';
import { chosenVersions } from './versions.ts';

const CLAIMS = ['stemming', 'digits', 'look-alikes'] as const;

const url = process.env['OPENSEARCH_URL'];
if (url) searchContract(`OpenSearch at ${url}`, async () => ({ url, close: async () => undefined }), CLAIMS);
else {
  for (const version of chosenVersions(process.env['OPENSEARCH_VERSIONS']?.split(','))) {
    const start = async (): Promise<EngineUnderTest> => {
      const engine = await startOpenSearch({
        clock: systemClock,
        environment: process.env,
        version,
        heapMb: 192,
        startTimeoutMs: 270_000,
        say: (line) => console.error(`test:engines: ${line}`),
      });
      return { url: engine.url, close: () => engine.stop() };
    };
    searchContract(`OpenSearch ${version}`, start, CLAIMS);
  }
}
