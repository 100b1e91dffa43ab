/** Brings the recorded changes into the running system, as table writes or as a replay, and notes when the first and the last were. */
import { tableOf } from '../../fixtures/as-writes.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { RunOptions } from '../options.ts';
import { Problem } from '../problem.ts';
import type { WriteLatency } from '../report/write-latency.ts';
import type { RunningSystem } from '../running-system.ts';
import { loadEndState } from './end-state.ts';
import type { Recording } from './recordings.ts';
import { replayRecords } from './replay-feed.ts';
import { withSideWrites } from './side-writes.ts';
import { writeItem, writeItems } from './table-writer.ts';
import { feedWrites, type PendingWrite } from './write-feed.ts';

/** Where the feed is; changes while it runs. */
export interface Course {
  /** Writes accepted, or records replayed. */
  written: number;
  /** When the first of them was begun. */
  firstMs: number | undefined;
  /** When the last of them was accepted. */
  lastMs: number | undefined;
  /** By recording: its changes that are through, from its start, those of an earlier run included. */
  readonly changes: Record<string, number>;
  /** What was not written, by reason. */
  readonly left: Map<string, number>;
}

/** @param changes those of an earlier run */
export function newCourse(changes: Readonly<Record<string, number>>): Course {
  return { written: 0, firstMs: undefined, lastMs: undefined, changes: { ...changes }, left: new Map() };
}

export interface FeedOptions {
  readonly options: Pick<RunOptions, 'source' | 'shards'>;
  readonly recordings: readonly Recording[];
  readonly system: RunningSystem;
  readonly region: string;
  readonly latency: WriteLatency;
  readonly course: Course;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * All recordings at once, each in its own order.
 *
 * @throws FixtureError, Problem, or what the engine says to a write
 */
export async function feed(feeding: FeedOptions): Promise<void> {
  const one = feeding.options.source === 'replay' ? replay : writes;
  await Promise.all(feeding.recordings.map((recording) => one(recording, feeding)));
}

async function writes(recording: Recording, feeding: FeedOptions): Promise<void> {
  const { system, latency, course, clock, signal } = feeding;
  const followed = new Set(system.streams.map(({ table }) => table));
  const skip = course.changes[recording.name] ?? 0;
  const refused = await feedWrites({
    records: withSideWrites(recording, {
      write: (items) => writeAside(items, feeding),
      settled: (given, table) => untilSettled({ name: recording.name, given, table }, feeding),
      skip,
    }),
    hasTable: (name) => system.tables.has(name),
    skip,
    signal,
    onProgress: (changes) => {
      course.changes[recording.name] = changes;
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
  for (const [reason, count] of refused) leave(course, reason, count);
}

async function replay(recording: Recording, feeding: FeedOptions): Promise<void> {
  const { options, system, region, latency, course, clock, signal, say } = feeding;
  const tables = new Set<string>();
  // A replay has no moments in between: what goes before any of its records goes before all.
  const aside = {
    write: (items: readonly PendingWrite[]) => writeAside(items, feeding),
    settled: async () => {},
    skip: 0,
  };
  const read = async function* () {
    for await (const record of withSideWrites(recording, aside)) {
      tables.add(tableOf(record) ?? '');
      yield record;
    }
  };
  const items = await loadEndState(
    read,
    (table, write) => writeItem(clientOf(system, table), table, write),
    (name) => system.tables.has(name),
  );
  say(
    `${recording.name}: the tables hold the recording's end state (${items} items), without streams; its records go to the mappings`,
  );
  const { unfollowed } = await replayRecords({
    records: recording.records(),
    tables: system.streams.map(({ table }) => table).filter((table) => tables.has(table)),
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
      course.lastMs = clock.now();
      if (itemKey !== undefined) latency.sent(itemKey).acceptedAtMs = course.lastMs;
    },
  });
  if (unfollowed > 0) leave(course, 'no mapping follows its table', unfollowed);
}

/** How long no record of a stream may come for it to count as read. */
const QUIET_MS = 1_000;

/** What does not settle in so long (a dependency that is away) is not waited for. */
const PATIENCE_MS = 120_000;

async function untilSettled(
  { name, given, table }: { readonly name: string; readonly given: number; readonly table: string },
  { system, course, clock, signal }: FeedOptions,
): Promise<void> {
  const followed = system.streams.find((stream) => stream.table === table)?.followed;
  if (followed === undefined) return;
  const records = () => followed.counts().records;
  const untilMs = clock.now() + PATIENCE_MS;
  let seen = records();
  let sinceMs = clock.now();
  while (!signal.aborted && clock.now() < untilMs) {
    await sleep(clock, 50, signal).catch(() => {});
    const isWritten = (course.changes[name] ?? 0) >= given;
    const isDone = followed.backlog().records === 0;
    if (!isWritten || !isDone || records() !== seen) {
      seen = records();
      sinceMs = clock.now();
    } else if (clock.now() - sinceMs >= QUIET_MS) return;
  }
}

/** Into tables that nobody follows: no record comes of it. */
async function writeAside(
  writes: readonly PendingWrite[],
  { system, clock, course }: FeedOptions,
): Promise<void> {
  const table = writes[0]?.table ?? '';
  const refusals = await writeItems(clientOf(system, table), table, writes, clock);
  for (const reason of refusals.values()) leave(course, reason, 1);
}

function leave(course: Course, reason: string, count: number): void {
  course.left.set(reason, (course.left.get(reason) ?? 0) + count);
}

function clientOf(system: RunningSystem, table: string) {
  const client = system.tables.get(table);
  if (client === undefined) throw new Problem(`the template has no table ${table}`);
  return client;
}
