/**
 * Writes to the tables of all streams at a steady pace, the recorded day of each over and over, and takes no failure for an answer: a
 * write is sent again until its table has taken it. So all that was to be written is, whatever happens to the tables meanwhile.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marketDay, type Recording, type StreamName } from '../../local/feed/recordings.ts';
import { withSideWrites } from '../../local/feed/side-writes.ts';
import { writeItems } from '../../local/feed/table-writer.ts';
import { feedWrites, type PendingWrite } from '../../local/feed/write-feed.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';

export const WRITTEN_STREAMS = [
  'products',
  'bids',
  'conversations',
  'bookings',
  'analysis-results',
] as const satisfies readonly StreamName[];

export interface Load {
  /** Changes taken by the tables, by stream. */
  written(): Readonly<Record<string, number>>;
  /** Resolves when every stream has had a change: what belongs before the first, in other tables, takes its time. */
  readonly begun: Promise<unknown>;
  /** Resolves when what is under way is written. */
  stop(): Promise<void>;
  /** Rejects with what the writing ended with before it was to end. */
  readonly failed: Promise<never>;
}

export interface LoadOptions {
  readonly clientOf: (table: string) => DynamoDBClient | undefined;
  /** Changes a second, of each stream. */
  readonly rate: number;
  readonly clock: Clock;
  /** All of a table's records are processed. */
  readonly settled: (table: string, signal: AbortSignal) => Promise<void>;
}

const AGAIN_MS = 200;

export function startLoad(options: LoadOptions): Load {
  const { clock } = options;
  const ending = new AbortController();
  const written: Record<string, number> = {};
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const days = marketDay(WRITTEN_STREAMS, clock.now()).map((recording) => {
    const begun = Promise.withResolvers<void>();
    const take = (count: number) => {
      written[recording.name] = (written[recording.name] ?? 0) + count;
      begun.resolve();
    };
    const writing = async () => {
      while (!ending.signal.aborted) await once(recording, take, options, ending.signal);
    };
    return { begun: begun.promise, writing: writing() };
  });
  const writing = Promise.all(days.map((day) => day.writing));
  writing.catch(failed.reject);
  return {
    written: () => written,
    begun: Promise.all(days.map(({ begun }) => begun)),
    async stop() {
      ending.abort();
      await writing;
    },
    failed: failed.promise,
  };
}

async function once(
  recording: Recording,
  take: (count: number) => void,
  options: LoadOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clientOf, rate, clock, settled } = options;
  const write = (writes: readonly PendingWrite[]) => untilTaken(writes, options);
  await feedWrites({
    records: atPace(
      evenly(rate, clock, signal),
      signal,
      withSideWrites(recording, {
        write: async (writes) => void (await write(writes)),
        settled: (_given, table) => settled(table, signal),
        skip: 0,
      }),
    ),
    hasTable: (name) => clientOf(name) !== undefined,
    // What is read is written: of a record that is not, the writes that go before it would be there alone.
    signal: new AbortController().signal,
    async writeAll(writes) {
      const refused = await write(writes.map((one) => stillAlive(one, options.clock.now())));
      take(writes.length - refused.size);
      return refused;
    },
  });
}

/** What is given out has had written what goes before it: it is the last that is passed on, not dropped, when the load ends. */
async function* atPace<T>(
  next: () => Promise<void>,
  signal: AbortSignal,
  all: AsyncIterable<T>,
): AsyncGenerator<T> {
  for await (const one of all) {
    await next();
    yield one;
    if (signal.aborted) return;
  }
}

const LIFE_S = 30 * 24 * 3_600;

/**
 * A recorded item's time to live is over long ago, and a redrive tells nobody of what is over (shared/notifications/notifier.ts): what is
 * written now lives from now.
 */
export function stillAlive(pending: PendingWrite, nowMs: number): PendingWrite {
  const { write } = pending;
  const nowS = Math.floor(nowMs / 1_000);
  if (write.kind !== 'put' || !(Number(write.item['ttl']?.N) < nowS)) return pending;
  return { ...pending, write: { ...write, item: { ...write.item, ttl: { N: String(nowS + LIFE_S) } } } };
}

/** A batch that failed may have been carried out all the same: written again it changes nothing but the stream. */
async function untilTaken(
  writes: readonly PendingWrite[],
  { clientOf, clock }: LoadOptions,
): Promise<Map<PendingWrite, string>> {
  const table = writes[0]?.table ?? '';
  const client = clientOf(table);
  if (client === undefined) throw new Error(`chaos: the template has no table ${table}`);
  for (;;) {
    try {
      return await writeItems(client, table, writes, clock);
    } catch {
      await sleep(clock, AGAIN_MS);
    }
  }
}

/** What could not be written in time is not made up for all at once. */
function evenly(rate: number, clock: Clock, signal: AbortSignal): () => Promise<void> {
  let nextMs = clock.now();
  return async () => {
    const nowMs = clock.now();
    nextMs = Math.max(nextMs, nowMs) + 1_000 / rate;
    await sleep(clock, nextMs - nowMs, signal).catch(() => {});
  };
}
