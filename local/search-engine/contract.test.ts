/** The embedded engine keeps the same rules as real OpenSearch, but for what its README says it does not do. */

import { systemClock } from '../../shared/time/clock.ts';
import { searchContract } from '../../test/contracts/search-contract.ts';
import { createSearchEngine, serveSearchEngine } from './index.ts';

searchContract('embedded', async () => {
  const engine = createSearchEngine({ clock: systemClock });
  const server = await serveSearchEngine(engine, { port: 0 });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      engine.close();
    },
  };
});
