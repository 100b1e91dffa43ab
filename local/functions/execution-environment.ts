/**
 * One warm worker of a function: serves one invocation at a time until it fails. A time-out, a crash and running out of memory
 * end it, and the invocation gets the error Lambda would report; whoever owns it starts a new one.
 */
import type { Clock } from '../../shared/time/clock.ts';
import type { InvokeResult } from '../event-source-mapping/index.ts';
import type { LocalFunction } from '../template/system.ts';
import { type StartFunctionHost, startFunctionThread } from './function-thread.ts';
import type { ErrorText, InvokeMessage, WorkerMessage, WorkerSettings } from './protocol.ts';

export interface ExecutionEnvironment {
  /** False once it has ended: it takes no more invocations. */
  readonly alive: boolean;
  invoke(requestId: string, payload: string): Promise<InvokeResult>;
  stop(): Promise<void>;
}

export interface ExecutionOptions {
  readonly function: LocalFunction;
  /** All of the worker's `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: (line: string) => void;
  /** @default a worker thread */
  readonly startHost?: StartFunctionHost | undefined;
}

/** The initialisation phase may take this long (Lambda developer guide, "lambda-runtime-environment"). */
const INIT_MS = 10_000;

export function startExecutionEnvironment(options: ExecutionOptions): ExecutionEnvironment {
  const { function: code, clock, log } = options;
  const settings: WorkerSettings = {
    file: code.file,
    exportName: code.exportName,
    functionName: code.name,
    functionArn: code.arn,
    memoryMb: code.memoryMb,
    logStreamName: `local/[$LATEST]${options.newId().replaceAll('-', '')}`,
  };
  let alive = true;
  let current: ((result: InvokeResult) => void) | undefined;
  let started!: (ready: InvokeResult | 'ready') => void;
  const start = new Promise<InvokeResult | 'ready'>((resolve) => {
    started = resolve;
  });
  const host = (options.startHost ?? startFunctionThread)({
    function: code,
    settings,
    environment: options.environment,
    onMessage,
    onEnd: fail,
  });
  const { initMs = INIT_MS } = host;
  const cancelInit = clock.after(initMs, () =>
    fail({
      errorType: 'Runtime.InitTimeout',
      errorMessage: `initialisation took more than ${initMs / 1000} s`,
    }),
  );

  return {
    get alive() {
      return alive;
    },
    async invoke(requestId, payload) {
      const ready = await start;
      if (ready !== 'ready') return ready;
      return new Promise<InvokeResult>((resolve) => {
        const cancel = clock.after(code.timeoutMs, () => {
          log(timeOutLine(requestId, code.timeoutMs));
          end({ kind: 'timeout' });
        });
        current = (result) => {
          cancel();
          current = undefined;
          resolve(result);
        };
        const message: InvokeMessage = { requestId, payload, deadlineMs: clock.now() + code.timeoutMs };
        host.post(message);
      });
    },
    async stop() {
      end({ kind: 'error', errorType: 'Stopped', errorMessage: 'the local run is ending' });
      await host.terminate();
    },
  };

  function onMessage(message: WorkerMessage): void {
    switch (message.kind) {
      case 'log':
        log(message.line);
        return;
      case 'ready':
        cancelInit();
        started('ready');
        return;
      case 'init-failed':
        fail(message);
        return;
      case 'returned':
        current?.({
          kind: 'returned',
          payload: message.json === undefined ? null : JSON.parse(message.json),
        });
        return;
      case 'threw':
        current?.({ kind: 'error', errorType: message.errorType, errorMessage: message.errorMessage });
        return;
    }
  }

  function fail({ errorType, errorMessage }: ErrorText): void {
    if (!alive) return;
    log(JSON.stringify({ level: 'ERROR', message: `${code.name}: ${errorType}: ${errorMessage}` }));
    end({ kind: 'error', errorType, errorMessage });
  }

  function end(result: InvokeResult): void {
    if (!alive) return;
    alive = false;
    cancelInit();
    void host.terminate();
    started(result);
    current?.(result);
  }
}

/** Lambda's words, so that searches for them find it here too. */
function timeOutLine(requestId: string, timeoutMs: number): string {
  const message = `${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
  return JSON.stringify({ level: 'ERROR', message });
}
