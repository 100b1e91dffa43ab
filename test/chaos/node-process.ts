/** A part of the system as a Node process of its own, that can be killed, paused and talked to; it never outlives this one. */
import { type ChildProcess, fork } from 'node:child_process';

export interface NodeProcess {
  readonly pid: number;
  /** With what it wrote to stderr last. */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  send(message: object): void;
  signal(name: NodeJS.Signals): void;
  /** Asks it to end, and kills it when it does not. */
  stop(): Promise<void>;
}

/** What every process is told first, and last. */
export type Order<Settings> =
  | { readonly kind: 'start'; readonly settings: Settings }
  | { readonly kind: 'stop' };

const GRACE_MS = 5_000;

const running = new Set<ChildProcess>();

/** The last resort, also for those that are paused. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function startNodeProcess<Settings extends object>(
  file: URL,
  settings: Settings,
  onMessage: (message: unknown) => void,
): NodeProcess {
  const child: ChildProcess = fork(file, {
    // A Ctrl-C goes to the whole foreground group; what runs must outlast the writes still in flight.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2_000);
  });
  running.add(child);
  let isRunning = true;
  const ended = new Promise<string>((resolve) => {
    const end = () => {
      isRunning = false;
      running.delete(child);
    };
    child.once('error', (error) => {
      end();
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      end();
      resolve(`${signal ?? `exit code ${code}`}${errors === '' ? '' : `: ${errors.trim()}`}`);
    });
  });
  child.on('message', onMessage);
  const send = (message: object) => {
    // Between its end and our hearing of it nobody listens.
    if (isRunning && child.connected) child.send(message, () => {});
  };
  send({ kind: 'start', settings });
  const signal = (name: NodeJS.Signals) => {
    if (isRunning) child.kill(name);
  };
  return {
    pid: child.pid ?? 0,
    ended,
    isRunning: () => isRunning,
    send,
    signal,
    async stop() {
      signal('SIGCONT');
      send({ kind: 'stop' });
      const timer = setTimeout(() => signal('SIGKILL'), GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
