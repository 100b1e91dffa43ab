/** One soak: writes go into the tables, samples are taken, all is drained, the end state is compared, and a report is made of it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { drain } from '../../../local/drain.ts';
import { byEndpoint } from '../../../local/engines/by-endpoint.ts';
import type { Clock } from '../../../shared/time/clock.ts';
import { sleep } from '../../../shared/time/clock.ts';
import { MIX, portions } from '../history/mix.ts';
import type { SentMail } from '../processes/messages.ts';
import { type Processes, type Samples, startProcesses } from '../processes/start.ts';
import { compareEndState, type EndState } from './end-state.ts';
import { startFeed } from './feed.ts';
import { busyMicros } from './machine.ts';
import { type SoakReport, soakReport } from './report.ts';
import type { Mark } from './tenths.ts';

export interface SoakOptions {
  readonly records: number;
  readonly seed: number;
  /** Folder of the synthesized app. */
  readonly assembly: string;
  readonly clock: Clock;
  /** Ends the writing; what is written comes through, is compared and reported. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly onProgress: (settled: number) => void;
}

export interface Sampled {
  readonly records: number;
  readonly samples: Samples;
}

/** Samples of a run: as many as a trend needs, and a forced collection is not what the time goes into. */
const SAMPLES = 100;
/** One record in so many is delivered twice. */
const REPEAT_EVERY = 97;
const LOOK_EVERY_MS = 100;
/** Without anything settled for so long, it is given up. */
const PATIENCE_MS = 180_000;

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** @throws when a process fails, or a table refuses a write */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { records, seed, clock, signal, say, assembly } = options;
  const mails: SentMail[] = [];
  const processes = await startProcesses({
    assembly,
    repeatEvery: REPEAT_EVERY,
    onMail: (mail) => mails.push(mail),
    say,
  });
  try {
    return await Promise.race([run(), processes.failed]);
  } finally {
    await processes.stop();
  }

  async function run(): Promise<SoakReport> {
    const { system, engines } = processes;
    const at = byEndpoint(
      (endpoint) => new DynamoDBClient({ region: engines.region, credentials: CREDENTIALS, endpoint }),
    );
    const clientOf = (table: string) => {
      const endpoint = system.tables[table];
      return endpoint === undefined ? undefined : at(endpoint);
    };
    const tables = MIX.map(({ stream }) => stream.table);
    const total = () => tables.reduce((sum, table) => sum + settled(processes, table), 0);
    const environment =
      system.streams.find((stream) => stream.environment['POWERTOOLS_SERVICE_NAME'] === 'bookings')
        ?.environment ?? {};
    const feed = startFeed({
      portions: portions(records),
      seed,
      startMs: clock.now(),
      clientOf,
      asideTables: {
        providers: environment['PROVIDERS_TABLE'] ?? '',
        services: environment['SERVICES_TABLE'] ?? '',
        reviews: environment['REVIEWS_TABLE'] ?? '',
      },
      settled: (table) => settled(processes, table),
      clock,
      signal,
    });
    const watch = watchRun({ processes, total, records, clock, onProgress: options.onProgress });
    await watch.begin();
    await Promise.race([feed.done, watch.failed]);
    const written = tables.reduce((sum, table) => sum + feed.written(table), 0);
    const obstacles = await drain({
      clock,
      obstacles: () => tables.flatMap((table) => obstacle(processes, table, feed.written(table))),
      progress: total,
      patienceMs: PATIENCE_MS,
      // What is written comes through, also when no more is to be written.
      signal: new AbortController().signal,
    });
    const { marks, sampled } = await watch.end();
    say(`${total()} records settled; comparing the end state`);
    const end: EndState = await compareEndState({ engines, system, clientOf, mails, clock, say });
    const counts = processes.counts();
    return soakReport({
      wanted: records,
      written,
      seed,
      marks,
      sampled,
      counts: Object.fromEntries(MIX.map(({ name, stream }) => [name, counts[stream.table]])),
      failures: processes.failures(),
      end,
      obstacles,
      interrupted: signal.aborted,
    });
  }

  function watchRun(watching: {
    processes: Processes;
    total: () => number;
    records: number;
    clock: Clock;
    onProgress: (settled: number) => void;
  }) {
    const marks: Mark[] = [];
    const sampled: Sampled[] = [];
    let ended = false;
    const look = async () => {
      const before = watching.total();
      const samples = await watching.processes.sample();
      sampled.push({ records: before, samples });
      marks.push(markOf(before, samples, watching.clock.now()));
    };
    let watched: Promise<void> = Promise.resolve();
    return {
      marks,
      get failed(): Promise<never> {
        return watched.then(() => new Promise<never>(() => {}));
      },
      async begin() {
        await look();
        watched = (async () => {
          let next = 1;
          while (!ended) {
            const now = watching.total();
            watching.onProgress(now);
            if (now >= (next * watching.records) / SAMPLES) {
              await look();
              next = Math.floor((now * SAMPLES) / watching.records) + 1;
            }
            await sleep(watching.clock, LOOK_EVERY_MS);
          }
        })();
        watched.catch(() => {});
      },
      async end() {
        ended = true;
        await watched;
        await look();
        return { marks, sampled };
      },
    };
  }
}

/** Without those that came again: each was settled before, or waits. */
function settled(processes: Processes, table: string): number {
  const counts = processes.counts()[table];
  return counts === undefined ? 0 : Math.max(0, counts.settled - counts.repeated);
}

function obstacle(processes: Processes, table: string, written: number): readonly string[] {
  const counts = processes.counts()[table];
  if (written === 0) return [];
  const { records = 0, repeated = 0, settled: done = 0 } = counts ?? {};
  if (records - repeated < written)
    return [`${written - records + repeated} writes have not come out of the stream of ${table}`];
  return records === done ? [] : [`${records - done} records of ${table} are not settled`];
}

function markOf(records: number, { engines, system }: Samples, atMs: number): Mark {
  const { user, system: own } = process.cpuUsage();
  const children = Object.values(engines.children).reduce((sum, { cpuMicros }) => sum + cpuMicros, 0);
  return {
    atMs,
    records,
    systemMicros: system.cpuMicros,
    enginesMicros: engines.cpuMicros + children,
    ownMicros: user + own,
    machineMicros: busyMicros(),
  };
}
