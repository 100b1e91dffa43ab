/** One run of chaos, from the engines to the report. Whatever happens, nothing of it is left running. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { drain } from '../../local/drain.ts';
import { byEndpoint } from '../../local/engines/by-endpoint.ts';
import { DYNOXIDE_REGION } from '../../local/engines/dynamodb.ts';
import { roomForTheDay } from '../../local/engines/start-engines.ts';
import { stateFileOf } from '../../local/state-file.ts';
import { synthesize } from '../../local/synthesize.ts';
import { readAssembly } from '../../local/template/assembly.ts';
import { engineNeeds } from '../../local/template/system.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { checksOf } from './checks.ts';
import { readEndState } from './end-state.ts';
import { type ChaosEngines, startChaosEngines } from './engines.ts';
import type { Target } from './faults.ts';
import { startLoad, WRITTEN_STREAMS } from './load.ts';
import { startOperator } from './operator.ts';
import type { Options } from './options.ts';
import type { FollowedTable } from './recovery.ts';
import { type ChaosReport, holds, scheduleText } from './report.ts';
import { type Interval, runFaults } from './run-faults.ts';
import { drawSchedule } from './schedule.ts';
import { type ChaosSystem, startChaosSystem } from './system.ts';

export interface Surroundings {
  readonly repository: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Aborts when the user wants the run to end. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Nobody's; the one that emulators use. */
const ACCOUNT_ID = '000000000000';

/** So soon that it happens within a run; the template's own are hours. A minute is the least age that Lambda takes. */
const LIMITS = { MaximumRetryAttempts: 4, MaximumRecordAgeInSeconds: 90 };

/** Without any progress for so long, the rest is given up. */
const PATIENCE_MS = 150_000;
const MOST_DRAIN_MS = 900_000;
const LOOK_MS = 250;
const SAY_MS = 2_000;
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const REQUESTS = { connectionTimeout: 2_000, requestTimeout: 6_000, throwOnRequestTimeout: true };

/** @throws Problem when the surroundings are wrong; anything else is a fault of the harness */
export async function chaos(options: Options, surroundings: Surroundings): Promise<ChaosReport> {
  const { repository, environment, clock, say } = surroundings;
  const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-chaos-'));
  // A killed process loses nothing that lies in memory; only what waits for no disk keeps up with the load.
  const data = mkdtempSync(join(roomForTheDay(), 'streamkeeper-chaos-'));
  const remove = (path: string) => rmSync(path, { recursive: true, force: true });
  const closing: (() => unknown)[] = [() => remove(data)];
  try {
    const assembly = await synthesize({
      repository,
      cacheFolder: join(repository, '.streamkeeper/synthesized'),
      stage: 'dev',
      environment,
    });
    const { systems } = engineNeeds(readAssembly(assembly));
    const ends: string[] = [];
    const engines = await startChaosEngines({
      folder: data,
      systems,
      region: DYNOXIDE_REGION,
      accountId: ACCOUNT_ID,
      clock,
      environment,
      onEnd: (line) => ends.push(line),
    });
    closing.push(() => engines.stop());
    const dynamodb = Object.fromEntries(
      [...engines.tables].map(([name, { address }]) => [name, `http://${address}`]),
    );
    const keep = join(folder, 'kept');
    mkdirSync(keep);
    const system = await startChaosSystem({
      engines,
      clock,
      settings: {
        assembly,
        keep,
        stateFile: stateFileOf(folder),
        logFile: join(folder, 'functions.log'),
        accountId: ACCOUNT_ID,
        region: DYNOXIDE_REGION,
        limits: LIMITS,
        endpoints: {
          dynamodb,
          sqs: `http://${engines.queues.address}`,
          s3: `http://127.0.0.1:${engines.buckets.port}`,
          search: `http://${engines.search.address}`,
          cache: `redis://${engines.cache.address}`,
          gateway: `http://127.0.0.1:${engines.gateway.port}`,
        },
      },
    });
    closing.push(() => system.stop());
    const report = await underLoad(options, {
      ...surroundings,
      folder,
      keep,
      engines,
      system,
      ends,
      systems,
    });
    if (report.interrupted || holds(report)) closing.unshift(() => remove(folder));
    else say(`kept for a look: ${folder}`);
    return report;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

interface Running extends Surroundings {
  readonly folder: string;
  readonly keep: string;
  readonly engines: ChaosEngines;
  readonly system: ChaosSystem;
  readonly systems: readonly string[];
  /** Of engines, by themselves. */
  readonly ends: readonly string[];
}

async function underLoad(options: Options, running: Running): Promise<ChaosReport> {
  const { clock, signal, say, engines, system, folder, ends } = running;
  const { tables: endpoints, streams } = system.up;
  const endpointOf = (table: string) => endpoints[table] ?? '';
  const tables = streams.map(
    ({ table, services }): FollowedTable => ({
      table,
      services,
      system: systemAt(engines, endpointOf(table)),
    }),
  );
  const schedule = drawSchedule({
    seed: options.seed,
    durationMs: options.minutes * 60_000,
    targets: targetsOf(running.systems, system),
  });
  say(
    `seed ${options.seed}: ${schedule.length} faults in ${options.minutes} minutes, cache: ${engines.cacheIs}`,
  );
  say(scheduleText(schedule));
  const clients = byEndpoint(
    (endpoint) =>
      new DynamoDBClient({
        region: DYNOXIDE_REGION,
        endpoint,
        credentials: CREDENTIALS,
        requestHandler: REQUESTS,
      }),
  );
  const clientOf = (table: string) => (table in endpoints ? clients(endpointOf(table)) : undefined);
  const operator = startOperator({ repository: folder, clock, signal });
  const settled = (table: string, until: AbortSignal) => tableSettled(system, table, clock, until);
  const load = startLoad({ clientOf, rate: options.rate, clock, settled });
  const faults = runFaults({
    schedule,
    world: { engines, system, operator, clock },
    tables,
    clock,
    signal,
    say,
  });
  const stopWatching = watch(running, load.written, faults);
  try {
    await Promise.race([faults.over, load.failed]);
    await load.stop();
    const endOfLoadMs = clock.now();
    say('no more faults and writes: draining');
    const obstacles = signal.aborted ? [] : await untilDrained(system, endOfLoadMs, clock, signal);
    const drainMs = clock.now() - endOfLoadMs;
    faults.look();
    if (!signal.aborted) await operator.mended();
    const status = Object.values(system.status());
    const sum = (of: (one: (typeof status)[number]) => number) =>
      status.reduce((total, one) => total + of(one), 0);
    const facts = {
      seed: options.seed,
      minutes: options.minutes,
      cache: engines.cacheIs,
      written: load.written(),
      failedInvocations: sum(({ failedInvocations }) => failedInvocations),
      drainMs,
      reconciled: operator.reconciled,
    };
    if (signal.aborted)
      return {
        ...facts,
        interrupted: true,
        records: sum(({ records }) => records),
        faults: faults.reports(),
        redrive: undefined,
        repeatedMails: 0,
        checks: [],
      };
    say('redriving the dead letters');
    const redriven = await operator.redrive();
    say('comparing everything with the tables');
    const end = await readEndState({
      up: system.up,
      clientOf,
      endpointOf,
      region: DYNOXIDE_REGION,
      searchUrl: `http://${engines.search.address}`,
      cacheUrl: `redis://${engines.cache.address}`,
      mailFolder: join(running.keep, 'mails'),
      clock,
      mayBeRepeated: besideFaults(faults.intervals()),
    });
    return {
      ...facts,
      interrupted: signal.aborted,
      records: end.records,
      faults: faults.reports(),
      redrive: { ...redriven, givenUp: sum(({ givenUp }) => givenUp) },
      repeatedMails: end.mails.repeated,
      checks: checksOf({
        end,
        obstacles,
        lost: sum(({ lost }) => lost),
        ends: [...ends, ...system.crashes],
        left: redriven.leftover.filter((line) => !line.includes(': unresolvable')),
      }),
    };
  } finally {
    stopWatching();
    await load.stop().catch(() => {});
  }
}

function systemAt({ tables }: ChaosEngines, endpoint: string): string {
  return [...tables].find(([, { address }]) => endpoint === `http://${address}`)?.[0] ?? '';
}

function targetsOf(systems: readonly string[], system: ChaosSystem): readonly Target[] {
  const one = (kind: Target['kind']): Target => ({ kind, name: '' });
  const followed = new Set(system.up.streams.flatMap(({ services }) => services));
  return [
    ...WRITTEN_STREAMS.filter((name) => followed.has(name)).map(
      (name): Target => ({ kind: 'function', name }),
    ),
    // Those with the tables of a written stream.
    ...systems
      .filter((name) => !name.endsWith('mediphant'))
      .map((name): Target => ({ kind: 'tables', name })),
    one('mappings'),
    one('search'),
    one('cache'),
    one('queues'),
    one('buckets'),
    one('gateway'),
  ];
}

function watch(
  running: Running,
  written: () => Readonly<Record<string, number>>,
  faults: ReturnType<typeof runFaults>,
) {
  const { clock, system, say } = running;
  const beganMs = clock.now();
  let saidMs = beganMs;
  let cancel = clock.after(LOOK_MS, look);
  function look(): void {
    faults.look();
    const nowMs = clock.now();
    if (nowMs - saidMs >= SAY_MS) {
      saidMs = nowMs;
      const streams = Object.values(system.status());
      const total = (of: (one: (typeof streams)[number]) => number) =>
        streams.reduce((all, one) => all + of(one), 0);
      const oldest = streams.flatMap(({ oldestCreatedAtMs }) => oldestCreatedAtMs ?? []);
      const lagMs = oldest.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...oldest));
      const changes = Object.values(written()).reduce((all, one) => all + one, 0);
      say(
        `${((nowMs - beganMs) / 1_000).toFixed(1).padStart(6)} s  written ${changes}  waiting ${total(({ waiting }) => waiting)}  ` +
          `lag ${(lagMs / 1_000).toFixed(1)} s  failed invocations ${total(({ failedInvocations }) => failedInvocations)}  ` +
          `given up ${total(({ givenUp }) => givenUp)}  now: ${faults.now().join(', ') || 'nothing'}`,
      );
    }
    cancel = clock.after(LOOK_MS, look);
  }
  return () => cancel();
}

async function untilDrained(system: ChaosSystem, endMs: number, clock: Clock, signal: AbortSignal) {
  let obstacles: readonly string[] = ['nothing is known yet'];
  const untilMs = clock.now() + MOST_DRAIN_MS;
  const asking = new AbortController();
  const ask = async () => {
    while (!asking.signal.aborted) {
      obstacles = await system.obstacles(endMs);
      await sleep(clock, LOOK_MS);
    }
  };
  const asked = ask();
  const left = await drain({
    clock,
    signal: AbortSignal.any([signal, AbortSignal.timeout(MOST_DRAIN_MS)]),
    obstacles: () => obstacles,
    progress: () => Object.values(system.status()).reduce((sum, { settled }) => sum + settled, 0),
    patienceMs: Math.min(PATIENCE_MS, untilMs),
  });
  asking.abort();
  await asked;
  return left;
}

/** How long what a fault on its way may take to be noticed: a claim's life, and a second beside it. */
const AFTER_MS = 16_000;
const BEFORE_MS = 1_000;

/** Whatever stands between a mail's acceptance and its sender's knowing it. */
function besideFaults(intervals: readonly Interval[]): (sentAtMs: number) => boolean {
  const touching = intervals.filter(
    ({ target: { kind, name } }) =>
      kind === 'gateway' ||
      kind === 'mappings' ||
      (kind === 'function' && name === 'bookings') ||
      (kind === 'tables' && name.endsWith('marketplace')),
  );
  return (sentAtMs) =>
    touching.some(({ fromMs, toMs }) => fromMs <= sentAtMs + AFTER_MS && toMs >= sentAtMs - BEFORE_MS);
}

async function tableSettled(
  system: ChaosSystem,
  table: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const sinceMs = clock.now();
  while (!signal.aborted) {
    const left = await system.obstacles(sinceMs);
    if (!left.some((line) => line.includes(table) || line.startsWith('the system'))) return;
    await sleep(clock, LOOK_MS, signal).catch(() => {});
  }
}
