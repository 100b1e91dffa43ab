/**
 * Runs an engine as a child that never outlives us: it ends when we stop it, when we exit, and (on POSIX) when we are killed
 * without a chance to say so.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export interface EngineProcess {
  /** What it wrote to stderr so far, for an error message; the last 2,000 characters. */
  errorText(): string;
  /** Settles when the process is gone. */
  readonly ended: Promise<void>;
  isRunning(): boolean;
  /** To the engine and its keeper, e.g. SIGKILL, SIGSTOP. Nothing when it is gone. */
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL if it is still there after `graceMs`. Resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * The engine runs beside a reader of our pipe: the pipe closes with us, however we end, and the reader then ends the engine.
 * `exec` and a kill by process id, because the engine itself knows nothing of us.
 */
const KEEPER = `exec 3<&0
"$@" 3<&- </dev/null &
engine=$!
trap 'kill "$engine" 2>/dev/null' TERM INT
{ cat <&3 >/dev/null; kill "$engine" 2>/dev/null; } &
exec 3<&-
wait "$engine"
status=$?
trap - TERM INT
[ "$status" -gt 128 ] && { wait "$engine"; status=$?; }
exit "$status"`;

const running = new Set<ChildProcess>();

/** The last resort, also for `process.exit` and uncaught errors. */
process.on('exit', () => {
  for (const child of running) {
    child.stdin?.destroy();
    child.kill('SIGTERM');
  }
});

export function startEngineProcess(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): EngineProcess {
  const child = spawn('/bin/sh', ['-c', KEEPER, 'sh', command, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: environment,
    // A Ctrl-C goes to the whole foreground group; engines must outlast the writes still in flight.
    detached: true,
  });
  running.add(child);
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  child.stdin?.on('error', () => {});
  let isRunning = true;
  const signal = (name: NodeJS.Signals) => {
    try {
      if (isRunning && child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // Gone between the check and the signal.
    }
  };
  const ended = new Promise<void>((resolve) => {
    const finish = () => {
      isRunning = false;
      running.delete(child);
      child.stdin?.destroy();
      resolve();
    };
    child.on('error', (error) => {
      errors += error.message;
      finish();
    });
    child.on('exit', finish);
  });
  return {
    errorText: () => errors.trim(),
    ended,
    isRunning: () => isRunning,
    signal,
    async stop(graceMs = 3000) {
      if (!isRunning) return;
      child.stdin?.destroy();
      child.kill('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
