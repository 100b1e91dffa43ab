/**
 * Writes all histories into their tables at once, and keeps them together: no stream is written further ahead of what is settled
 * than the window allows, so that every tenth of the run has the same mix, and the rate is the pipeline's.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Image } from '../../../fixtures/generate/image.ts';
import { toSdkImage } from '../../../fixtures/sdk-image.ts';
import { writeItems } from '../../../local/feed/table-writer.ts';
import { feedWrites, LARGEST_BATCH, type PendingWrite } from '../../../local/feed/write-feed.ts';
import { type Clock, sleep } from '../../../shared/time/clock.ts';
import { firstOf, type History } from '../history/mix.ts';
import type { Step } from '../history/step.ts';

export interface FeedOptions {
  readonly portions: ReadonlyMap<History, number>;
  readonly seed: number;
  /** When the histories begin, ms since the epoch. */
  readonly startMs: number;
  readonly clientOf: (table: string) => DynamoDBClient | undefined;
  /** The tables beside the streams, by what a step calls them. */
  readonly asideTables: Readonly<Record<Extract<Step, { kind: 'aside' }>['table'], string>>;
  /** Of the table's stream, without those that came again. */
  readonly settled: (table: string) => number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Feed {
  /** Writes accepted, by table of a stream. */
  written(table: string): number;
  /** Resolves when all is written, or `signal` has ended it. @throws what a table says to a write */
  readonly done: Promise<void>;
}

/** Of all streams together: what may be written and not settled. More would only wait; a record that waits for 30 s is an old one. */
const WINDOW = 2_000;
/** However small a stream's share, a batch of it comes together. */
const LEAST_WINDOW = 100;
const LOOK_AGAIN_MS = 20;

export function startFeed(options: FeedOptions): Feed {
  const { portions, clientOf, clock, signal } = options;
  const written = new Map<string, number>();
  const count = (table: string) => written.get(table) ?? 0;
  /** How far the slowest stream is, from 0 to 1. */
  const slowest = () =>
    Math.min(
      ...[...portions].flatMap(([{ stream }, changes]) =>
        changes === 0 ? [] : [options.settled(stream.table) / changes],
      ),
    );

  async function* records(history: History, changes: number): AsyncGenerator<DynamoDBRecord> {
    const { share } = history;
    let given = 0;
    let aside: PendingWrite[] = [];
    for (const step of firstOf(history, changes, options.seed, options.startMs)) {
      if (step.kind === 'aside') {
        const table = options.asideTables[step.table];
        aside.push(asideWrite(table, step.put));
        continue;
      }
      await writeAside(aside);
      aside = [];
      const window = Math.max(LEAST_WINDOW, WINDOW * share);
      while (given >= changes * slowest() + window && !signal.aborted)
        await sleep(clock, LOOK_AGAIN_MS, signal).catch(() => {});
      given++;
      yield step.record;
    }
  }

  async function writeAside(writes: readonly PendingWrite[]): Promise<void> {
    for (const ofTable of Object.values(Object.groupBy(writes, ({ table }) => table))) {
      const all = ofTable ?? [];
      for (let from = 0; from < all.length; from += LARGEST_BATCH)
        await accepted(all.slice(from, from + LARGEST_BATCH));
    }
  }

  async function accepted(writes: readonly PendingWrite[]): Promise<ReadonlyMap<PendingWrite, string>> {
    const table = writes[0]?.table ?? '';
    const client = clientOf(table);
    if (client === undefined) throw new Error(`the template has no table ${table}`);
    const refused = await writeItems(client, table, writes, clock);
    for (const reason of refused.values()) throw new Error(reason);
    return refused;
  }

  async function feed(history: History, changes: number): Promise<void> {
    const { table } = history.stream;
    const refused = await feedWrites({
      records: records(history, changes),
      hasTable: (name) => clientOf(name) !== undefined,
      signal,
      async writeAll(writes) {
        const refusals = await accepted(writes);
        written.set(table, count(table) + writes.length);
        return refusals;
      },
    });
    for (const [reason] of refused) throw new Error(`${history.name}: ${reason}`);
  }

  const done = Promise.all([...portions].map(([history, changes]) => feed(history, changes)));
  return { written: count, done: done.then(() => {}) };
}

function asideWrite(table: string, item: Image): PendingWrite {
  return { table, itemKey: '', write: { kind: 'put', item: toSdkImage(item, 'item') } };
}
