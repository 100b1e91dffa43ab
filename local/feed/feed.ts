/** Brings the recorded changes into the running system, as table writes or as a replay, and notes when the first and the last were. */
import { readFixture } from '../../fixtures/read.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { RunOptions } from '../options.ts';
import { Problem } from '../problem.ts';
import type { WriteLatency } from '../report/write-latency.ts';
import type { RunningSystem } from '../running-system.ts';
import { loadEndState } from './end-state.ts';
import { replayRecords } from './replay-feed.ts';
import { writeItem, writeItems } from './table-writer.ts';
import { feedWrites } from './write-feed.ts';

/** Where the feed is; changes while it runs. */
export interface Course {
  /** Writes accepted, or records replayed. */
  written: number;
  /** When the first of them was begun. */
  firstMs: number | undefined;
  /** When the last of them was accepted. */
  lastMs: number | undefined;
  /** Changes of the fixture that are through, from its start, those of an earlier run included. */
  changes: number;
  /** What was not written, by reason. */
  readonly left: Map<string, number>;
}

export function newCourse(changes: number): Course {
  return { written: 0, firstMs: undefined, lastMs: undefined, changes, left: new Map() };
}

export interface FeedOptions {
  readonly options: Pick<RunOptions, 'fixture' | 'source' | 'shards'>;
  readonly system: RunningSystem;
  readonly region: string;
  readonly latency: WriteLatency;
  readonly course: Course;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** @throws FixtureError, Problem, or what the engine says to a write */
export async function feed(feeding: FeedOptions): Promise<void> {
  if (feeding.options.source === 'replay') await replay(feeding);
  else await writes(feeding);
}

async function writes({ options, system, latency, course, clock, signal }: FeedOptions): Promise<void> {
  const followed = new Set(system.streams.map(({ table }) => table));
  const refused = await feedWrites({
    records: readFixture(options.fixture),
    hasTable: (name) => system.tables.has(name),
    skip: course.changes,
    signal,
    onProgress: (changes) => {
      course.changes = changes;
    },
    async writeAll(writes) {
      const table = writes[0]?.table ?? '';
      course.firstMs ??= clock.now();
      const tickets = new Map(
        followed.has(table) ? writes.map((write) => [write, latency.sent(write.itemKey)]) : [],
      );
      const refusals = await writeItems(clientOf(system, table), table, writes, clock);
      course.lastMs = clock.now();
      course.written += writes.length - refusals.size;
      for (const [write, ticket] of tickets) {
        ticket.acceptedAtMs = course.lastMs;
        if (refusals.has(write)) latency.withdraw(write.itemKey, ticket);
      }
      return refusals;
    },
  });
  for (const [reason, count] of refused) course.left.set(reason, count);
}

async function replay(feeding: FeedOptions): Promise<void> {
  const { options, system, region, latency, course, clock, signal, say } = feeding;
  const items = await loadEndState(
    () => readFixture(options.fixture),
    (table, write) => writeItem(clientOf(system, table), table, write),
    (name) => system.tables.has(name),
  );
  say(
    `the tables hold the recording's end state (${items} items), without streams; its records go to the mappings`,
  );
  const { unfollowed } = await replayRecords({
    records: readFixture(options.fixture),
    tables: system.streams.map(({ table }) => table),
    targetOf(table) {
      const stream = system.streams.find((candidate) => candidate.table === table);
      return stream && { target: stream.followed, streamArn: stream.streamArn };
    },
    region,
    shards: options.shards,
    nowMs: () => clock.now(),
    signal,
    onRecord(itemKey) {
      course.firstMs ??= clock.now();
      course.written++;
      course.changes++;
      course.lastMs = clock.now();
      if (itemKey !== undefined) latency.sent(itemKey).acceptedAtMs = course.lastMs;
    },
  });
  if (unfollowed > 0) course.left.set('no mapping follows its table', unfollowed);
}

function clientOf(system: RunningSystem, table: string) {
  const client = system.tables.get(table);
  if (client === undefined) throw new Problem(`the template has no table ${table}`);
  return client;
}
