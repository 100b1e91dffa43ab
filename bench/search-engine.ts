/** A search engine to measure on: a real OpenSearch where it can be had, else the embedded one, and it is said which. */
import { EngineUnavailable } from '../local/engines/opensearch/engine-unavailable.ts';
import { startOpenSearch } from '../local/engines/opensearch/start.ts';
import { createSearchEngine, serveSearchEngine } from '../local/search-engine/index.ts';
import { systemClock } from '../shared/time/clock.ts';

export interface BenchEngine {
  readonly endpoint: string;
  /** For the report. */
  readonly engine: string;
}

export async function withSearchEngine(
  say: (line: string) => void,
  use: (engine: BenchEngine) => Promise<void>,
): Promise<void> {
  const { stop, ...engine } = await start(say);
  try {
    await use(engine);
  } finally {
    await stop();
  }
}

async function start(say: (line: string) => void): Promise<BenchEngine & { stop(): Promise<void> }> {
  try {
    const running = await startOpenSearch({
      clock: systemClock,
      environment: process.env,
      heapMb: 1_024,
      say,
    });
    return { endpoint: running.url, engine: `OpenSearch ${running.version}`, stop: () => running.stop() };
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    say(`${error.message}; measuring on the embedded engine instead, whose limit is its own`);
    const server = await serveSearchEngine(createSearchEngine({ clock: systemClock }), { port: 0 });
    return { endpoint: server.url, engine: 'the embedded engine', stop: () => server.close() };
  }
}
