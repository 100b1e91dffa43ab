/** The running system as one process that is started again whenever it ends, and what is known of it and its functions. */
import { readFileSync } from 'node:fs';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { ChaosEngines } from './engines.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import type { FunctionNews } from './processes/function-process.ts';
import type { StreamStatus, SystemNews, SystemSettings } from './processes/system.ts';

export type SystemUp = Extract<SystemNews, { kind: 'up' }>;
export type Status = Readonly<Record<string, StreamStatus>>;

export interface ChaosSystem {
  /** What it said when it was up first. */
  readonly up: SystemUp;
  /** The latest, by table; of counts: of all processes since the beginning. */
  status(): Status;
  /** Processes of a service's functions that are there, those with a batch first. */
  functions(service: string): readonly { readonly pid: number; readonly busy: boolean }[];
  signal(name: NodeJS.Signals): void;
  kill(): Promise<void>;
  /** Resolves when it is up again. */
  start(): Promise<void>;
  /** @returns what is still to do of what was written until then */
  obstacles(sinceMs: number): Promise<readonly string[]>;
  /** Ends by itself that nobody had ordered. */
  readonly crashes: readonly string[];
  stop(): Promise<void>;
}

export interface ChaosSystemOptions {
  readonly settings: SystemSettings;
  readonly engines: ChaosEngines;
  readonly clock: Clock;
}

const START_AGAIN_MS = 500;
const START_MS = 180_000;
const ANSWER_MS = 5_000;

type Counts = Pick<StreamStatus, 'failedInvocations' | 'givenUp' | 'lost' | 'settled' | 'records'>;
const COUNTS = ['failedInvocations', 'givenUp', 'lost', 'settled', 'records'] as const;

export async function startChaosSystem(options: ChaosSystemOptions): Promise<ChaosSystem> {
  const { settings, engines, clock } = options;
  const known = new Map<number, FunctionNews>();
  /** Functions whose system was killed: they end what they were doing, and nobody hears of it. */
  const orphans = new Set<number>();
  const crashes: string[] = [];
  /** Of processes that have gone, by table. */
  const before = new Map<string, Counts>();
  let latest: Status = {};
  let child: NodeProcess | undefined;
  let expected = false;
  let stopped = false;
  let answered: ((obstacles: readonly string[]) => void) | undefined;
  let first: SystemUp | undefined;

  async function startOnce(): Promise<SystemUp> {
    const up = Promise.withResolvers<SystemUp>();
    expected = false;
    const started = startNodeProcess(new URL('./processes/system.ts', import.meta.url), settings, (message) =>
      take(message as SystemNews, up.resolve),
    );
    child = started;
    let isUp = false;
    void started.ended.then((how) => {
      up.reject(new Error(how));
      endOf(started, how, isUp);
    });
    const news = await up.promise;
    isUp = true;
    engines.gateway.aimAt(news.port);
    return news;
  }

  function take(news: SystemNews, up: (news: SystemUp) => void): void {
    switch (news.kind) {
      case 'up':
        up(news);
        return;
      case 'status':
        latest = news.streams;
        return;
      case 'obstacles':
        answered?.(news.obstacles);
        return;
      case 'notify':
        engines.notify(news.notifications);
        return;
      case 'function':
        if (news.state === 'ended') known.delete(news.pid);
        else known.set(news.pid, news);
        return;
    }
  }

  function endOf(ended: NodeProcess, how: string, wasUp: boolean): void {
    if (child !== ended) return;
    engines.gateway.aimAt(undefined);
    for (const pid of known.keys()) orphans.add(pid);
    known.clear();
    for (const [table, status] of Object.entries(latest)) before.set(table, added(before.get(table), status));
    latest = {};
    answered?.(['the system is not up']);
    if (expected || stopped || !wasUp) return;
    crashes.push(how);
    start().catch((error) => crashes.push(`it does not start again: ${error}`));
  }

  /** Engines that are under a fault may keep it from starting: it is tried again, as a service manager would. */
  async function start(): Promise<void> {
    const untilMs = clock.now() + START_MS;
    for (;;) {
      try {
        const news = await startOnce();
        first ??= news;
        return;
      } catch (error) {
        if (stopped || clock.now() > untilMs) throw error;
        await sleep(clock, START_AGAIN_MS);
      }
    }
  }

  await start();
  if (first === undefined) throw new Error('chaos: the system is up, and has not said so');
  return {
    up: first,
    crashes,
    status: () => {
      const tables = new Set([...before.keys(), ...Object.keys(latest)]);
      return Object.fromEntries(
        [...tables].map((table) => [
          table,
          { ...NOTHING, ...latest[table], ...added(before.get(table), latest[table]) },
        ]),
      );
    },
    functions: (service) =>
      [...known.values()]
        .filter((one) => one.service === service)
        .map(({ pid, state }) => ({ pid, busy: state === 'busy' }))
        .sort((a, b) => Number(b.busy) - Number(a.busy)),
    signal: (name) => child?.signal(name),
    async kill() {
      expected = true;
      child?.signal('SIGKILL');
      await child?.ended;
    },
    start,
    async obstacles(sinceMs) {
      if (child?.isRunning() !== true) return ['the system is not up'];
      const answer = Promise.withResolvers<readonly string[]>();
      answered = answer.resolve;
      const cancel = clock.after(ANSWER_MS, () => answer.resolve(['the system does not answer']));
      child.send({ kind: 'ask', sinceMs });
      return answer.promise.finally(cancel);
    },
    async stop() {
      stopped = true;
      const all = [...known.keys(), ...orphans];
      for (const pid of all) signalFunction(pid, 'SIGCONT');
      await child?.stop();
      for (const pid of all) signalFunction(pid, 'SIGKILL');
    },
  };
}

const NOTHING: StreamStatus = {
  records: 0,
  settled: 0,
  waiting: 0,
  oldestCreatedAtMs: undefined,
  caughtUp: false,
  failedInvocations: 0,
  givenUp: 0,
  lost: 0,
};

function added(one: Counts | undefined, other: Counts | undefined): Counts {
  const sum = { failedInvocations: 0, givenUp: 0, lost: 0, settled: 0, records: 0 };
  for (const name of COUNTS) sum[name] = (one?.[name] ?? 0) + (other?.[name] ?? 0);
  return sum;
}

/** @returns false if it has gone. Its id may be another's by now: only what runs a function is sent anything. */
export function signalFunction(pid: number, signal: NodeJS.Signals): boolean {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('test/chaos/processes/function.ts'))
      return false;
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
