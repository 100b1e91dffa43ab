/** An engine as a process behind a proxy: killed, started again, paused, without its address ever changing. */
import type { Clock } from '../../shared/time/clock.ts';
import { startNodeProcess } from './node-process.ts';
import { type EngineProxy, startProxy } from './proxy.ts';

/** What runs behind the proxy now. */
export interface Behind {
  readonly port: number;
  readonly ended: Promise<unknown>;
  signal(name: NodeJS.Signals): void;
  send?(message: object): void;
  stop(): Promise<void>;
}

export interface ChaosEngine {
  /** `host:port` of the proxy. */
  readonly address: string;
  readonly proxy: EngineProxy;
  signal(name: NodeJS.Signals): void;
  send(message: object): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it is up and behind its proxy again. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ChaosEngineOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly launch: () => Promise<Behind>;
  /** It ended, and nobody had killed it. */
  readonly onEnd: (line: string) => void;
}

const started = new Set<ChaosEngine>();

/** The last resort, also for those that are paused. */
process.on('exit', () => {
  for (const engine of started) engine.signal('SIGKILL');
});

export async function startChaosEngine(options: ChaosEngineOptions): Promise<ChaosEngine> {
  const { name, clock, launch, onEnd } = options;
  const proxy = await startProxy({ clock });
  let behind: Behind | undefined;
  let expected = false;
  const start = async () => {
    const now = await launch();
    behind = now;
    expected = false;
    proxy.aimAt(now.port);
    void now.ended.then((how) => {
      if (behind === now && !expected) onEnd(`${name} has ended by itself: ${how ?? 'it gave no reason'}`);
    });
  };
  await start();
  const engine: ChaosEngine = {
    address: `127.0.0.1:${proxy.port}`,
    proxy,
    signal: (signal) => behind?.signal(signal),
    send: (message) => behind?.send?.(message),
    async kill() {
      expected = true;
      behind?.signal('SIGKILL');
      await behind?.ended;
    },
    start,
    async stop() {
      expected = true;
      behind?.signal('SIGCONT');
      await behind?.stop();
      started.delete(engine);
      await proxy.stop();
    },
  };
  started.add(engine);
  return engine;
}

/** @throws Error with its last words when it ends before it is up */
export async function launchNode<Settings extends object>(file: string, settings: Settings): Promise<Behind> {
  const up = Promise.withResolvers<number>();
  const child = startNodeProcess(new URL(`./processes/${file}`, import.meta.url), settings, (message) => {
    const { kind, port } = message as { kind?: string; port?: number };
    if (kind === 'up') up.resolve(port ?? 0);
  });
  void child.ended.then((how) => up.reject(new Error(`${file} does not start: ${how}`)));
  const { ended, signal, send, stop } = child;
  return { port: await up.promise, ended, signal, send, stop };
}
