/** What functions run in here: a process each, and whoever injects faults is told of its id and of when it has a batch. */
import { fork } from 'node:child_process';
import type { StartFunctionHost } from '../../../local/functions/function-thread.ts';
import type { InvokeMessage, WorkerMessage } from '../../../local/functions/protocol.ts';

export interface FunctionNews {
  readonly kind: 'function';
  /** As its service calls itself in logs and metrics. */
  readonly service: string;
  readonly pid: number;
  readonly state: 'idle' | 'busy' | 'ended';
}

/** A process takes longer than a thread, and a machine may have more to do than this: a slow start is no fault of the function. */
const INIT_MS = 60_000;

export function functionProcesses(tell: (news: FunctionNews) => void): StartFunctionHost {
  return ({ function: code, settings, environment, onMessage, onEnd }) => {
    const child = fork(new URL('./function.ts', import.meta.url), {
      env: { ...environment },
      execArgv: [
        `--max-old-space-size=${Math.floor(code.memoryMb * 0.9)}`,
        '--disable-warning=ExperimentalWarning',
      ],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const pid = child.pid ?? 0;
    const service = code.environment['POWERTOOLS_SERVICE_NAME'] ?? code.name;
    const say = (state: FunctionNews['state']) => tell({ kind: 'function', service, pid, state });
    const send = (message: object) => {
      if (child.connected) child.send(message, () => {});
    };
    child.on('message', (message: WorkerMessage) => {
      if (message.kind === 'returned' || message.kind === 'threw') say('idle');
      onMessage(message);
    });
    child.once('error', (error) => onEnd({ errorType: error.name, errorMessage: error.message }));
    child.once('exit', (status, signal) => {
      say('ended');
      onEnd({ errorType: 'Runtime.ExitError', errorMessage: `the process ended with ${signal ?? status}` });
    });
    say('idle');
    send({ settings });
    return {
      initMs: INIT_MS,
      post(message: InvokeMessage) {
        say('busy');
        send(message);
      },
      async terminate() {
        child.kill('SIGKILL');
      },
    };
  };
}
