/**
 * Loaded into every thread of a process whose memory is measured (`--import`): each tells, when asked, what it holds after a forced
 * collection. A process's resident memory says nothing about which of its threads keeps something.
 */
import { BroadcastChannel, isMainThread, threadId, workerData } from 'node:worker_threads';

const CHANNEL = 'streamkeeper-live-heap';

/** Threads that are in the middle of something answer when they are through with it; those that do not are left out of the sample. */
const PATIENCE_MS = 3_000;

export interface ThreadHeap {
  readonly live: number;
  readonly external: number;
}

interface Answer extends ThreadHeap {
  readonly id: number;
  readonly thread: string;
}

if (!isMainThread) {
  const channel = new BroadcastChannel(CHANNEL);
  // It must not keep a thread alive that is through.
  channel.unref();
  channel.onmessage = (message) => {
    const { ask } = (message as { data: { ask?: number } }).data;
    if (ask === undefined) return;
    channel.postMessage({ id: ask, thread: threadName(), ...liveHeap() } satisfies Answer);
  };
}

/** Those that answered last: the next sample waits for them. */
let known: ReadonlySet<string> | undefined;

/** Of this process's threads, by name. @throws when the process was not started with --expose-gc */
export async function liveHeaps(id: number): Promise<Record<string, ThreadHeap>> {
  const channel = new BroadcastChannel(CHANNEL);
  const heaps: Record<string, ThreadHeap> = {};
  const all = Promise.withResolvers<void>();
  const waitedFor = new Set(known);
  channel.onmessage = (message) => {
    const answer = (message as { data: Partial<Answer> }).data;
    if (answer.id !== id || answer.thread === undefined) return;
    heaps[answer.thread] = { live: answer.live ?? 0, external: answer.external ?? 0 };
    waitedFor.delete(answer.thread);
    if (known !== undefined && waitedFor.size === 0) all.resolve();
  };
  channel.postMessage({ ask: id });
  const main = liveHeap();
  const timer = setTimeout(all.resolve, PATIENCE_MS);
  if (known === undefined || waitedFor.size > 0) await all.promise;
  clearTimeout(timer);
  channel.close();
  known = new Set(Object.keys(heaps));
  return { main, ...heaps };
}

function liveHeap(): ThreadHeap {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('the live heap is measured under node --expose-gc only');
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return { live: heapUsed, external };
}

function threadName(): string {
  const data: unknown = workerData;
  if (typeof data === 'object' && data !== null && 'functionName' in data) return String(data.functionName);
  return typeof data === 'object' && data !== null && 'port' in data ? 'search engine' : `thread ${threadId}`;
}
