/** Waits for the end of what was fed, looks whether all is as it must be, and puts it into numbers. */
import type { Clock } from '../../shared/time/clock.ts';
import { drain } from '../drain.ts';
import type { Course } from '../feed/feed.ts';
import type { RunningSystem } from '../running-system.ts';
import type { EffectsWatch } from './effects/watch-effects.ts';
import { type Comparison, compareIndexWithTable } from './index-equals-table.ts';
import type { MemoryPeak } from './memory.ts';
import type { RunEnd, StreamSummary, Summary } from './summary.ts';
import type { Tally } from './tally.ts';
import type { WriteLatency } from './write-latency.ts';

export interface EndOptions {
  readonly system: RunningSystem;
  readonly searchUrl: string | undefined;
  readonly course: Course;
  readonly latency: WriteLatency;
  readonly tally: () => Tally;
  readonly effects: EffectsWatch;
  readonly memory: MemoryPeak;
  /** Letters that lay in the queues before the run. */
  readonly lettersBefore: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A dependency may be away for a minute or two and everything still comes through; without any progress for longer, it is given up. */
const PATIENCE_MS = 180_000;

export async function awaitEnd(options: EndOptions): Promise<RunEnd> {
  const { system, course, clock, signal } = options;
  const endOfFeedMs = clock.now();
  const obstacles = await drain({
    clock,
    signal,
    patienceMs: PATIENCE_MS,
    progress: () => settledRecords(system),
    obstacles: () => obstaclesNow(options, endOfFeedMs),
  });
  const lastSettledMs = Math.max(0, ...system.streams.map(({ followed }) => followed.lastSettledMs() ?? 0));
  const comparison = await compare(options);
  const effects = await options.effects.compare();
  const perStream = summarizeStreams(system);
  const streams = Object.values(perStream);
  const total = (of: (stream: StreamSummary) => number) =>
    streams.reduce((sum, stream) => sum + of(stream), 0);
  const tally = options.tally();
  const lost = system.streams.reduce((sum, { followed }) => sum + followed.counts().lost, 0);
  const seconds = Math.max(0, lastSettledMs - (course.firstMs ?? lastSettledMs)) / 1000;
  const records = total(({ settled }) => settled);
  options.memory.sample();
  const summary: Summary = {
    records,
    perStream,
    documents: comparison.documents,
    deadLetters: Math.max(0, (await system.letters()) - options.lettersBefore),
    superseded: tally.outcomes.superseded,
    ignored: tally.outcomes.ignored + total(({ filtered }) => filtered),
    seconds,
    recordsPerSecond: seconds === 0 ? 0 : records / seconds,
    p50Ms: options.latency.percentile(0.5),
    p99Ms: options.latency.percentile(0.99),
    drainMs: Math.max(0, lastSettledMs - (course.lastMs ?? lastSettledMs)),
    maxRssMb: options.memory.peakMb(),
    indexEqualsTable: comparison.equal,
    inboxEqualsExpected: effects.inbox.equal,
    ratingsEqualReviews: effects.ratings.equal,
    cacheEqualsTable: effects.cache.equal,
    emails: effects.mails.count,
  };
  const shortfalls = [
    ...obstacles,
    ...(signal.aborted ? ['the run was ended before its end'] : []),
    ...(lost > 0 ? [`${lost} records were given up and no letter of them was kept`] : []),
    ...(comparison.equal ? [] : ['the index differs from the table']),
    ...(effects.inbox.equal ? [] : ['the inboxes differ from what the records mean']),
    ...(effects.ratings.equal ? [] : ['the ratings differ from the reviews']),
    ...(effects.cache.equal ? [] : ['the cache differs from the table']),
    ...(effects.mails.equal ? [] : ['not every e-mail was sent once']),
  ];
  return { summary, comparison, effects, tally, unwritable: course.left, shortfalls };
}

function obstaclesNow({ system, latency }: EndOptions, endOfFeedMs: number): string[] {
  const obstacles = system.streams.flatMap(({ table, followed, poller }) => {
    const { records } = followed.backlog();
    if (records > 0) return [`${records} records of ${table} are not settled`];
    return poller?.caughtUp(endOfFeedMs) === false ? [`the stream of ${table} is not read to its end`] : [];
  });
  if (obstacles.length === 0 && latency.unseen() > 0)
    obstacles.push(`${latency.unseen()} writes have not come out of their stream`);
  return obstacles;
}

function settledRecords(system: RunningSystem): number {
  return system.streams.reduce((sum, { followed }) => sum + followed.counts().settled, 0);
}

function summarizeStreams(system: RunningSystem): Record<string, StreamSummary> {
  return Object.fromEntries(
    system.streams.map(({ table, followed }) => {
      const { records, settled, filtered, givenUp } = followed.counts();
      return [table, { records, settled, filtered, givenUp }];
    }),
  );
}

/** Without a search engine there is nothing that could differ. */
async function compare({ system, searchUrl }: EndOptions): Promise<Comparison> {
  const { projection } = system;
  const dynamodb = projection && system.tables.get(projection.table);
  if (projection === undefined || searchUrl === undefined || dynamodb === undefined)
    return { equal: true, documents: 0, notComparable: 0, differences: [] };
  return compareIndexWithTable({ dynamodb, table: projection.table, searchUrl, alias: projection.alias });
}
