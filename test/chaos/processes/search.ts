/** The embedded search engine as a process: it keeps its index in a file. */
import { createSearchEngine } from '../../../local/search-engine/engine.ts';
import { serveSearchEngine } from '../../../local/search-engine/server.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import { obey, tell } from './orders.ts';

export interface SearchSettings {
  readonly file: string;
}

obey(async ({ file }: SearchSettings) => {
  const engine = createSearchEngine({ clock: systemClock, file });
  const server = await serveSearchEngine(engine, { port: 0 });
  tell({ kind: 'up', port: Number(new URL(server.url).port) });
  return async () => {
    await server.close();
    engine.close();
  };
});
