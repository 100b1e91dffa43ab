/** One soak: writes go into the tables, samples are taken, all is drained, the end state is compared, and a report is made of it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { drain } from '../../../local/drain.ts';
import { byEndpoint } from '../../../local/engines/by-endpoint.ts';
import type { Clock } from '../../../shared/time/clock.ts';
import { MIX, portions } from '../history/mix.ts';
import type { SentMail } from '../processes/messages.ts';
import { type Processes, startProcesses } from '../processes/start.ts';
import { compareEndState, type EndState } from './end-state.ts';
import { startFeed } from './feed.ts';
import { type SoakReport, soakReport } from './report.ts';
import { watchRun } from './watch-run.ts';

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

/** One record in so many is delivered twice. */
const REPEAT_EVERY = 97;
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
    const { onProgress } = options;
    const watch = await watchRun({ processes, total, records, clock, onProgress, say });
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
