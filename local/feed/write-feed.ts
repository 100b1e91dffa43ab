/**
 * Writes a recorded stream into the tables as live traffic would: different items at once, the changes of one item strictly one
 * after the other, at the rate the engine takes. The fixture streams through; at most a few hundred changes are held.
 */
import type { DynamoDBRecord } from 'aws-lambda';
import { asWrite, type TableWrite, tableOf } from '../../fixtures/as-writes.ts';
import { itemKeyText, spread } from './item-key.ts';

export type PossibleWrite = Exclude<TableWrite, { kind: 'unwritable' }>;

export interface WriteFeedOptions {
  readonly records: AsyncIterable<DynamoDBRecord>;
  /** Resolves once the table has accepted the write. */
  readonly write: (table: string, write: PossibleWrite, itemKey: string) => Promise<void>;
  /** Is there such a table? */
  readonly hasTable: (name: string) => boolean;
  /** Changes of the fixture written in an earlier run. */
  readonly skip?: number;
  /** How many writes may be under way. */
  readonly lanes?: number;
  readonly signal: AbortSignal;
  /** Called in the fixture's order, when a change and all before it are written: the feed can go on from there. */
  readonly onProgress?: (changes: number) => void;
}

export interface FeedResult {
  /** Changes read from the fixture, those skipped included. */
  readonly changes: number;
  readonly written: number;
  /** What no table can hold, by reason. */
  readonly unwritable: ReadonlyMap<string, number>;
}

const DEFAULT_LANES = 16;

/** Changes read ahead of the writes, per lane. */
const READ_AHEAD = 8;

/** @throws what reading the fixture or a write throws; writes under way are awaited first */
export async function feedWrites(options: WriteFeedOptions): Promise<FeedResult> {
  const { records, write, hasTable, skip = 0, lanes: laneCount = DEFAULT_LANES, signal } = options;
  const lanes: Promise<void>[] = Array.from({ length: laneCount }, () => Promise.resolve());
  const unwritable = new Map<string, number>();
  const progress = inOrderProgress(skip, options.onProgress ?? (() => {}));
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  let failed = false;
  let changes = 0;
  let written = 0;
  let pending = 0;
  let wake = () => {};

  for await (const record of records) {
    if (signal.aborted || failed) break;
    changes++;
    if (changes <= skip) continue;
    const done = progress.begin();
    const table = tableOf(record);
    const change = writeOf(record, table, hasTable);
    if (change.kind === 'unwritable') {
      unwritable.set(change.reason, (unwritable.get(change.reason) ?? 0) + 1);
      done();
      continue;
    }
    const key = itemKeyText(table ?? '', record.dynamodb?.Keys) ?? '';
    const lane = spread(key, laneCount);
    pending++;
    lanes[lane] = (lanes[lane] ?? Promise.resolve())
      .then(async () => {
        if (signal.aborted || failed) return;
        await write(table ?? '', change, key);
        written++;
        done();
      })
      .catch((error: unknown) => {
        failed = true;
        failure.reject(error);
      })
      .finally(() => {
        pending--;
        wake();
      });
    while (pending >= laneCount * READ_AHEAD) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  await Promise.all(lanes);
  if (failed) await failure.promise;
  return { changes, written, unwritable };
}

function writeOf(
  record: DynamoDBRecord,
  table: string | undefined,
  hasTable: (name: string) => boolean,
): TableWrite {
  if (table === undefined) return { kind: 'unwritable', reason: 'its eventSourceARN names no table' };
  if (!hasTable(table)) return { kind: 'unwritable', reason: `the template has no table ${table}` };
  return asWrite(record);
}

/** Reports how many changes from the start are done without a gap. */
function inOrderProgress(from: number, report: (changes: number) => void) {
  const done = new Set<number>();
  let begun = from;
  let upTo = from;
  return {
    begin(): () => void {
      const position = ++begun;
      return () => {
        done.add(position);
        while (done.delete(upTo + 1)) upTo++;
        report(upTo);
      };
    },
  };
}
