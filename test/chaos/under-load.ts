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
import { type FaultInterval, lateAnswers, touchingMails, unsettledBatches, within } from './interruptions.ts';
import { startLoad } from './load.ts';
import { type Operator, startOperator } from './operator.ts';
import type { Options } from './options.ts';
import type { StreamStatus } from './processes/system.ts';
import { sayProgress } from './progress.ts';
import type { FollowedTable } from './recovery.ts';
import { type ChaosReport, scheduleText } from './report.ts';
import { type RunningFaults, runFaults } from './run-faults.ts';
import { drawSchedule } from './schedule.ts';
import type { ChaosSystem, Status, SystemUp } from './system.ts';
import { targetsOf } from './targets.ts';

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
  /** Of engines, by themselves. */
  readonly ends: readonly string[];
}

export async function underLoad(options: Options, running: Running): Promise<ChaosReport> {
  const { clock, say, engines, system, folder } = running;
  const tables = followedTables(running);
  const schedule = drawSchedule({
    seed: options.seed,
    durationMs: options.minutes * 60_000,
    targets: targetsOf(tables),
  });
  say(
    `seed ${options.seed}: ${schedule.length} faults in ${options.minutes} minutes, cache: ${engines.cacheIs}`,
  );
  say(scheduleText(schedule));
  const over = new AbortController();
  const signal = AbortSignal.any([running.signal, over.signal]);
  const operator = startOperator({
    repository: folder,
    clock,
    signal,
  });
  const access = tableAccess(system.up);
  const settled = (table: string, until: AbortSignal) => tableSettled(system, table, clock, until);
  const load = startLoad({ clientOf: access.clientOf, rate: options.rate, clock, settled });
  const closing: (() => unknown)[] = [() => load.stop().catch(() => {})];
  try {
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
    // Whatever happens: what was done to the engines is taken back before they are ended.
    closing.push(() => faults.over.catch(() => {}));
    closing.push(sayProgress({ system, faults, written: load.written, clock, say }));
    await Promise.race([faults.over, load.failed]);
    await load.stop();
    return await atRest({ options, running, operator, faults, access, written: load.written() });
  } finally {
    over.abort();
    for (const close of closing.reverse()) await close();
  }
}

interface AtRest {
  readonly options: Options;
  readonly running: Running;
  readonly operator: Operator;
  readonly faults: RunningFaults;
  readonly access: TableAccess;
  readonly written: ChaosReport['written'];
}

/** No more is written, and nothing more is done to anything. */
async function atRest({ options, running, operator, faults, access, written }: AtRest): Promise<ChaosReport> {
  const { clock, signal, say, engines, system, ends } = running;
  const endOfLoadMs = clock.now();
  if (!signal.aborted) say('no more faults and writes: draining');
  const obstacles = signal.aborted ? [] : await untilDrained(system, endOfLoadMs, clock, signal);
  const drainMs = clock.now() - endOfLoadMs;
  faults.look();
  if (!signal.aborted) await operator.mended();
  const total = totals(system.status());
  const facts = {
    seed: options.seed,
    minutes: options.minutes,
    cache: engines.cacheIs,
    written,
    failedInvocations: total.failedInvocations,
    drainMs,
    reconciled: operator.reconciled,
    faults: faults.reports(),
  };
  const unfinished = { redrive: undefined, repeatedMails: 0, checks: [] };
  if (signal.aborted) return { ...facts, ...unfinished, interrupted: true, records: total.records };
  say('redriving the dead letters');
  const redriven = await operator.redrive();
  say('comparing everything with the tables');
  const end = await readEndState({
    up: system.up,
    ...access,
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
    redrive: { ...redriven, givenUp: total.givenUp },
    repeatedMails: end.mails.repeated,
    checks: checksOf({
      end,
      obstacles,
      lost: total.lost,
      ends: [...ends, ...system.crashes],
      failures: faults.failures,
      left: redriven.leftover,
    }),
  };
}

function totals(status: Status) {
  const streams = Object.values(status);
  const sum = (of: (one: StreamStatus) => number) => streams.reduce((total, one) => total + of(one), 0);
  return {
    records: sum(({ records }) => records),
    failedInvocations: sum(({ failedInvocations }) => failedInvocations),
    givenUp: sum(({ givenUp }) => givenUp),
    lost: sum(({ lost }) => lost),
  };
}

interface TableAccess {
  readonly clientOf: (table: string) => DynamoDBClient | undefined;
  readonly endpointOf: (table: string) => string;
}

function tableAccess({ tables }: SystemUp): TableAccess {
  const endpointOf = (table: string) => tables[table] ?? '';
  const clients = byEndpoint(
    (endpoint) =>
      new DynamoDBClient({
        region: DYNOXIDE_REGION,
        endpoint,
        credentials: CREDENTIALS,
        requestHandler: REQUESTS,
      }),
  );
  return { endpointOf, clientOf: (table) => (table in tables ? clients(endpointOf(table)) : undefined) };
}

function followedTables({ engines, system }: Running): readonly FollowedTable[] {
  const { streams, tables } = system.up;
  return streams.map(({ table, services }) => ({
    table,
    services,
    system: systemAt(engines, tables[table] ?? ''),
  }));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function systemAt({ tables }: ChaosEngines, endpoint: string): string {
  return [...tables].find(([, { address }]) => endpoint === `http://${address}`)?.[0] ?? '';
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
