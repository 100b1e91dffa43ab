/** One run from engines to summary: everything `npm start` does once its options are read and the app is synthesized. */
import type { Clock } from '../shared/time/clock.ts';
import { type Engines, startEngines } from './engines/start-engines.ts';
import { feed, newCourse } from './feed/feed.ts';
import { marketDay, recordingOf } from './feed/recordings.ts';
import { functionLogs } from './functions/function-logs.ts';
import { type KeptFolder, openKeptFolder } from './kept-state.ts';
import type { RunOptions } from './options.ts';
import { ownWriteText } from './own-writes.ts';
import { watchEffects } from './report/effects/watch-effects.ts';
import { awaitEnd } from './report/end.ts';
import { startLiveView } from './report/live-view.ts';
import type { MemoryPeak } from './report/memory.ts';
import { watchStatus } from './report/status-watch.ts';
import { summaryText } from './report/summary.ts';
import { keepTally } from './report/tally.ts';
import { writeLatency } from './report/write-latency.ts';
import { type RunningSystem, startSystem } from './running-system.ts';
import { removeState, writeState } from './state-file.ts';
import type { Assembly } from './template/assembly.ts';
import { engineNeeds } from './template/system.ts';

export interface RunSurroundings {
  readonly assembly: Assembly;
  readonly clock: Clock;
  readonly memory: MemoryPeak;
  /** For engines that look for Java and caches. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where people read: stdout, or stderr when stdout is for JSON. */
  readonly screen: NodeJS.WriteStream;
  /** Aborts when the user wants the run to end. */
  readonly signal: AbortSignal;
  readonly printJson: (summary: object) => void;
  /** By which commands in other terminals find the run. */
  readonly stateFile: string;
}

/** Nobody's; the one that emulators and recordings use. */
const ACCOUNT_ID = '000000000000';

const SAVE_EVERY_MS = 1_000;

/**
 * @returns true if all that was written is settled and the index equals the table
 * @throws Problem or FixtureError when the run cannot begin or go on
 */
export async function run(options: RunOptions, surroundings: RunSurroundings): Promise<boolean> {
  const { assembly, clock, signal, screen } = surroundings;
  const closing: (() => unknown)[] = [];
  let say = (line: string): void => void screen.write(`${line}\n`);
  try {
    const kept = options.keep === undefined ? undefined : openKeptFolder(options.keep);
    closing.push(() => kept?.release());
    const engines = await startEngines({
      options,
      needs: engineNeeds(assembly),
      clock,
      environment: surroundings.environment,
      say: (line) => say(line),
    });
    closing.push(() => engines.stop());

    const latency = writeLatency();
    const tally = keepTally();
    /** What comes after the comparison is compared with nothing, and would only be kept. */
    let isCompared = false;
    const effects = watchEffects({
      clientOf: (table) => system.tables.get(table),
      cacheUrl: engines.cache?.url,
      clock,
    });
    const system = await startSystem({
      assembly,
      engines,
      accountId: ACCOUNT_ID,
      clock,
      latency,
      resumeFrom: kept?.state.checkpoints ?? {},
      replay: options.source === 'replay',
      keep: options.keep,
      gatewayPort: options.gatewayPort,
      onRecords(environment, records) {
        if (!isCompared) effects.take(environment, records);
      },
      onMail(mail) {
        if (!isCompared) effects.sent(mail);
      },
      onTables: (environments, clientOf) => effects.before(environments, clientOf),
      functionLog: functionLogs({ tally, show: (line) => say(line), verbose: options.verbose, clock }),
      say: (line) => say(line),
    });
    closing.push(() => system.stop());
    writeState(surroundings.stateFile, {
      pid: process.pid,
      startedAt: new Date(clock.now()).toISOString(),
      gatewayUrl: system.gateway.url,
      wsUrl: system.gateway.wsUrl,
      endpoints: endpoints(engines, system),
      region: engines.region,
      accountId: ACCOUNT_ID,
      stacks: system.stacks,
    });
    closing.push(() => removeState(surroundings.stateFile, process.pid));

    const recordings =
      options.fixture === undefined
        ? marketDay(options.streams, clock.now())
        : [recordingOf(options.fixture)];
    const course = newCourse(kept?.state.feeds ?? {});
    for (const { name } of recordings) {
      const through = course.changes[name] ?? 0;
      if (through > 0) say(`going on after change ${through} of ${name}`);
    }
    const saving = keepSaving(kept, () => ({
      feeds: course.changes,
      checkpoints: system.checkpoints(),
    }));
    closing.push(saving);

    const lettersBefore = await system.letters();
    const searchUrl = engines.search?.url;
    const watch = watchStatus({ system, searchUrl, written: () => course.written, clock });
    closing.push(() => watch.stop());
    const view = startLiveView({ out: screen, status: watch.status, clock });
    closing.push(() => view.stop());
    say = (line) => view.line(line);

    const gone = engines.failed.then((reason): never => {
      throw new Error(reason);
    });
    gone.catch(() => {});
    const fed = options.feed
      ? feed({ options, recordings, system, region: engines.region, latency, course, clock, signal, say })
      : Promise.resolve();
    await Promise.race([fed, gone]);
    const { memory } = surroundings;
    const end = await Promise.race([
      awaitEnd({
        system,
        searchUrl,
        course,
        latency,
        tally: tally.tally,
        effects,
        memory,
        lettersBefore,
        clock,
        signal,
      }),
      gone,
    ]);
    isCompared = true;
    saving();
    const endsHere = options.once || options.source === 'replay' || signal.aborted;
    if (endsHere) view.stop();
    say(summaryText(end));
    if (options.json) surroundings.printJson(end.summary);
    const isDone = end.shortfalls.length === 0;
    if (endsHere) return isDone;
    say(ownWrites(engines, system, options));
    await Promise.race([aborted(signal), gone]);
    return isDone;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Saves now and then; the returned function saves once more. */
function keepSaving(
  kept: KeptFolder | undefined,
  state: () => Parameters<KeptFolder['save']>[0],
): () => void {
  if (kept === undefined) return () => {};
  const timer = setInterval(() => kept.save(state()), SAVE_EVERY_MS);
  timer.unref();
  return () => kept.save(state());
}

/** By the names that the state file gives them. */
function endpoints(engines: Engines, system: RunningSystem): Record<string, string> {
  return {
    ...Object.fromEntries(
      [...system.tables.keys()].map((table) => [`dynamodb:${table}`, system.endpointOf(table)]),
    ),
    sqs: engines.aws.endpoint,
    s3: engines.aws.endpoint,
    ...(engines.search === undefined ? {} : { search: engines.search.url }),
    ...(engines.cache === undefined ? {} : { redis: engines.cache.url }),
  };
}

function ownWrites(engines: Engines, system: RunningSystem, options: RunOptions): string {
  const { feed: isFed, fixture, streams } = options;
  const hasDay = isFed && fixture === undefined && streams.includes('bids');
  const { UsersTableName: users } =
    system.stacks.find(({ outputs }) => 'BidsTableName' in outputs)?.outputs ?? {};
  const own = (table: string | undefined) =>
    table === undefined ? undefined : { table, endpoint: system.endpointOf(table) };
  return ownWriteText({
    region: engines.region,
    products: own(system.projection?.table),
    bids: own(system.streams.find(({ services }) => services.includes('bids'))?.table),
    profiles: hasDay ? undefined : own(users),
    search: engines.search && { url: engines.search.url, alias: system.projection?.alias ?? '' },
    awsEndpoint: engines.aws.endpoint,
    gatewayUrl: system.gateway.url,
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
