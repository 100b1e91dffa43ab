/** The embedded search engine on a thread of its own: its queries are synchronous, and nothing else waits for them. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../shared/time/clock.ts';
import { createSearchEngine } from '../search-engine/engine.ts';
import { serveSearchEngine } from '../search-engine/server.ts';

export interface SearchWorkerSettings {
  readonly port: number;
  readonly file?: string;
}

const { port, file } = workerData as SearchWorkerSettings;
const engine = createSearchEngine({ clock: systemClock, ...(file === undefined ? {} : { file }) });
const server = await serveSearchEngine(engine, { port });

parentPort?.on('message', async () => {
  await server.close();
  engine.close();
  parentPort?.close();
});
parentPort?.postMessage(server.url);
