/** The search engine of a run: embedded, a real OpenSearch started here, or one that runs already. */
import { Worker } from 'node:worker_threads';
import { lineOf, Problem } from '../problem.ts';
import { choosePort } from './port.ts';
import type { SearchWorkerSettings } from './search-worker.ts';

export interface SearchEngine {
  /** `http://host:port`, without a path. */
  readonly url: string;
  /** Settles when the engine has gone without being stopped; never for one that was given. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

export interface EmbeddedSearchOptions {
  /** 0 for a free one. */
  readonly port: number;
  /** SQLite file that keeps the index; absent: in memory. */
  readonly file?: string | undefined;
}

/** @throws Problem when its port is taken or the kept file cannot be read */
export async function startEmbeddedSearch({
  port: wanted,
  file,
}: EmbeddedSearchOptions): Promise<SearchEngine> {
  const port = await choosePort(wanted, '--search-port');
  const settings: SearchWorkerSettings = { port, ...(file === undefined ? {} : { file }) };
  const worker = new Worker(new URL('./search-worker.ts', import.meta.url), {
    name: 'search engine',
    workerData: settings,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  let stopping = false;
  const ended = new Promise<string>((resolve) => {
    worker.on('error', (error) => resolve(lineOf(error)));
    worker.on('exit', (status) => resolve(`it ended with ${status}`));
  });
  const url = await Promise.race([
    new Promise<string>((resolve) => worker.once('message', resolve)),
    ended.then((reason) => {
      throw new Problem(
        `the embedded search engine does not start: ${reason}; give another --search-port or --keep folder`,
      );
    }),
  ]);
  return {
    url,
    failed: new Promise((resolve) => {
      void ended.then((reason) => {
        if (!stopping) resolve(`the embedded search engine has ended: ${reason}`);
      });
    }),
    async stop() {
      stopping = true;
      worker.postMessage('stop');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3000).unref())]);
      await worker.terminate();
    },
  };
}

/** @throws Problem when nothing answers there */
export async function useSearchAt(url: string): Promise<SearchEngine> {
  const base = url.replace(/\/+$/, '');
  try {
    const response = await fetch(base, { signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
  } catch (error) {
    const reason =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : lineOf(error);
    throw new Problem(
      `--search: no search engine at ${base} (${reason}); start one there, or use --search embedded`,
    );
  }
  return { url: base, failed: new Promise(() => {}), stop: async () => {} };
}
