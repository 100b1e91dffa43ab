/** What a function runs in: a worker thread with an environment and a memory limit of its own. */
import { Worker } from 'node:worker_threads';
import type { LocalFunction } from '../template/system.ts';
import type { ErrorText, InvokeMessage, WorkerMessage, WorkerSettings } from './protocol.ts';

/** A thread, or whatever else loads `serve-function.ts`. */
export interface FunctionHost {
  /** How long it may take to load. @default 10 s, as on Lambda */
  readonly initMs?: number;
  post(message: InvokeMessage): void;
  /** At once, whatever it is doing. */
  terminate(): Promise<unknown>;
}

export interface FunctionHostOptions {
  readonly function: LocalFunction;
  readonly settings: WorkerSettings;
  /** All of its `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onMessage: (message: WorkerMessage) => void;
  /** It is gone, and why; more than once does no harm. */
  readonly onEnd: (error: ErrorText) => void;
}

export type StartFunctionHost = (options: FunctionHostOptions) => FunctionHost;

export const startFunctionThread: StartFunctionHost = ({
  function: code,
  settings,
  environment,
  onMessage,
  onEnd,
}) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    name: code.name,
    workerData: settings,
    env: { ...environment },
    resourceLimits: heapLimits(code.memoryMb),
  });
  worker.unref();
  worker.on('message', onMessage);
  worker.on('error', (error: NodeJS.ErrnoException) =>
    onEnd(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? { errorType: 'Runtime.OutOfMemory', errorMessage: `more than ${code.memoryMb} MB were needed` }
        : { errorType: error.name, errorMessage: error.message },
    ),
  );
  worker.on('exit', (status) =>
    onEnd({ errorType: 'Runtime.ExitError', errorMessage: `the function's process exited with ${status}` }),
  );
  return {
    post: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
  };
};

/** Lambda gives the old generation nine tenths of the function's memory; the young one stays small, since all workers share one machine. */
function heapLimits(memoryMb: number) {
  return { maxOldGenerationSizeMb: Math.floor(memoryMb * 0.9), maxYoungGenerationSizeMb: 8 };
}
