/** Runs one function in a worker thread. */
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerSettings } from './protocol.ts';
import { serveFunction } from './serve-function.ts';

const port = parentPort;
if (port === null) throw new Error('local/functions/worker.ts runs as a worker thread only');

await serveFunction(workerData as WorkerSettings, {
  post: (message) => port.postMessage(message),
  onInvoke: (invoke) => port.on('message', invoke),
});
