/** From the first write to the report: load, faults, draining, the operator's redrive, and what is found at the end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { byEndpoint } from '../../local/engines/by-endpoint.ts';
import { DYNOXIDE_REGION } from '../../local/engines/dynamodb.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { checksOf } from './checks.ts';
import { tableSettled, untilDrained } from './drained.ts';
import { readEndState } from './end-state.ts';
import type { ChaosEngines } from './engines.ts';
import type { Target } from './faults.ts';
import { type FaultInterval, lateAnswers, touchingMails, unsettledBatches, within } from './interruptions.ts';
import { startLoad, WRITTEN_STREAMS } from './load.ts';
import { startOperator } from './operator.ts';
import type { Options } from './options.ts';
import { sayProgress } from './progress.ts';
import type { FollowedTable } from './recovery.ts';
import { type ChaosReport, scheduleText } from './report.ts';
import { runFaults } from './run-faults.ts';
import { drawSchedule } from './schedule.ts';
import type { ChaosSystem } from './system.ts';

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const REQUESTS = { connectionTimeout: 2_000, requestTimeout: 6_000, throwOnRequestTimeout: true };

/** What a run is about, once it is up. */
export interface Running {
  readonly clock: Clock;
  /** Aborts when the user wants the run to end. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Where the local run is found. */
  readonly folder: string;
  /** What the functions log. */
  readonly logFile: string;
  readonly keep: string;
  readonly engines: ChaosEngines;
  readonly system: ChaosSystem;
  readonly systems: readonly string[];
  /** Of engines, by themselves. */
  readonly ends: readonly string[];
}

export async function underLoad(options: Options, running: Running): Promise<ChaosReport> {
  const { clock, say, engines, system, folder, ends } = running;
  const failing = new AbortController();
  const signal = AbortSignal.any([running.signal, failing.signal]);
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
  say('the writing begins');
  await Promise.race([load.begun, load.failed, aborted(signal)]);
  const faults = runFaults({
    schedule,
    world: { engines, system, operator, clock },
    tables,
    clock,
    signal,
    say,
  });
  const stopSaying = sayProgress({ system, faults, written: load.written, clock, say });
  try {
    await Promise.race([faults.over, load.failed]);
    await load.stop();
    const endOfLoadMs = clock.now();
    if (!signal.aborted) say('no more faults and writes: draining');
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
      mayBeRepeated: mayBeRepeated(running, faults.intervals()),
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
        failures: faults.failures,
        left: redriven.leftover.filter((line) => !line.includes(': unresolvable')),
      }),
    };
  } finally {
    stopSaying();
    // Whatever happened: what was done to the engines is taken back before they are ended.
    failing.abort();
    await faults.over.catch(() => {});
    await load.stop().catch(() => {});
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
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

/** Of mails: see interruptions.ts. */
function mayBeRepeated(
  { engines, system, logFile }: Running,
  faults: readonly FaultInterval[],
): (sentAtMs: number) => boolean {
  const bookings = system.up.streams.find(({ services }) => services.includes('bookings'));
  const owner = bookings === undefined ? '' : systemAt(engines, system.up.tables[bookings.table] ?? '');
  const log = readFileSync(logFile, 'utf8');
  return within([
    ...touchingMails(faults, owner),
    ...unsettledBatches(log, 'streamkeeper-dev-bookings'),
    ...lateAnswers(engines.gateway.unheard()),
  ]);
}
