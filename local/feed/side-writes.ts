/** Does the writes that go with a recording and are in no stream of it: each before the record it belongs to, and never again. */
import type { DynamoDBRecord } from 'aws-lambda';
import { tableOf } from '../../fixtures/as-writes.ts';
import { toSdkImage } from '../../fixtures/sdk-image.ts';
import type { TableWriteLine } from '../../fixtures/table-write.ts';
import type { KeyAttribute, TableDefinition, TableDefinitions } from '../../infra/tables/definition.ts';
import { ekBharathTables } from '../../infra/tables/ek-bharath.ts';
import { marketplaceTables } from '../../infra/tables/marketplace.ts';
import { mediphantTables } from '../../infra/tables/mediphant.ts';
import { opportunityAnalysisTables } from '../../infra/tables/opportunity-analysis.ts';
import { Problem } from '../problem.ts';
import type { Recording } from './recordings.ts';
import { LARGEST_BATCH, type PendingWrite } from './write-feed.ts';

const SYSTEMS: readonly TableDefinitions[] = [
  ekBharathTables,
  marketplaceTables,
  mediphantTables,
  opportunityAnalysisTables,
];

/** Writes different items of one table, and resolves when all are there. */
export type WriteItems = (writes: readonly PendingWrite[]) => Promise<void>;

export interface SideWriting {
  readonly write: WriteItems;
  /** Resolves when the first `given` records that were given out are written, and all of `table` processed and acknowledged. */
  readonly settled: (given: number, table: string) => Promise<void>;
  /** Records that an earlier run has written, and all that goes before them. */
  readonly skip: number;
}

/** A record, and what is written before it. */
interface Step {
  readonly record: DynamoDBRecord;
  readonly before: readonly TableWriteLine[];
}

/**
 * The recording's records, each given out only when the writes before it are done.
 *
 * A day takes minutes here. What is deleted hours after an event would be gone before the event is processed, so deletions, with
 * the records they belong before and what comes later of the same items, wait until all that comes earlier is settled.
 */
export async function* withSideWrites(
  recording: Recording,
  { write, settled, skip }: SideWriting,
): AsyncGenerator<DynamoDBRecord, void, void> {
  const lines = recording.writes()[Symbol.asyncIterator]();
  let next = await lines.next();
  let line = 0;
  let given = 0;
  let table = '';
  let waiting: Step[] = [];

  const isWaiting = new Set<string>();
  for await (const record of recording.records()) {
    line++;
    const step = { record, before: await linesUpTo(line) };
    const item = JSON.stringify(record.dynamodb?.Keys);
    if (isWaiting.has(item) || step.before.some((each) => 'delete' in each)) {
      isWaiting.add(item);
      waiting.push(step);
    } else yield await give(step);
  }
  const last = await linesUpTo(Number.POSITIVE_INFINITY);
  while (waiting.length > 0) {
    await settled(given, table);
    const seen = new Set<string>();
    const later: Step[] = [];
    isWaiting.clear();
    for (const step of waiting) {
      const item = JSON.stringify(step.record.dynamodb?.Keys);
      const deletesAgain = seen.has(item) && step.before.some((each) => 'delete' in each);
      if (isWaiting.has(item) || deletesAgain) {
        isWaiting.add(item);
        later.push(step);
        continue;
      }
      seen.add(item);
      yield await give(step);
    }
    waiting = later;
  }
  if (last.length > 0) {
    await settled(given, table);
    await writeAll(last);
  }

  async function give({ record, before }: Step): Promise<DynamoDBRecord> {
    given++;
    table = tableOf(record) ?? table;
    if (given > skip) await writeAll(before);
    return record;
  }

  async function linesUpTo(upTo: number): Promise<readonly TableWriteLine[]> {
    const found: TableWriteLine[] = [];
    for (; next.done !== true && next.value.beforeLine <= upTo; next = await lines.next())
      found.push(next.value);
    return found;
  }

  async function writeAll(all: readonly TableWriteLine[]): Promise<void> {
    let batch: PendingWrite[] = [];
    for (const each of all) {
      const pending = pendingWrite(each, table);
      const fits =
        batch.length < LARGEST_BATCH &&
        batch.every(({ table: of, itemKey }) => of === pending.table && itemKey !== pending.itemKey);
      if (!fits) {
        await write(batch);
        batch = [];
      }
      batch.push(pending);
    }
    if (batch.length > 0) await write(batch);
  }
}

function pendingWrite(line: TableWriteLine, streamTable: string): PendingWrite {
  const { name, definition } = siblingOf(streamTable, line.table);
  const item = toSdkImage('put' in line ? line.put : line.delete, 'put' in line ? 'put' : 'delete');
  const { partition, sort } = definition.key;
  const key = [partition, ...(sort === undefined ? [] : [sort])].map((part) => item[attributeOf(part)]);
  return {
    table: name,
    itemKey: JSON.stringify(key),
    write: 'put' in line ? { kind: 'put', item } : { kind: 'delete', key: item },
  };
}

const attributeOf = (part: KeyAttribute) => (typeof part === 'string' ? part : part.number);

/**
 * The table that `infra/tables` calls `wanted`, of the same system and stage as a stream's table.
 *
 * @throws Problem when there is none
 */
function siblingOf(
  streamTable: string,
  wanted: string,
): { readonly name: string; readonly definition: TableDefinition } {
  for (const tables of SYSTEMS) {
    const definition = tables[wanted];
    if (definition === undefined) continue;
    for (const { name } of Object.values(tables)) {
      const [before = '', after] = name.split('<stage>');
      const hasStage = after !== undefined;
      const isIts = hasStage
        ? streamTable.startsWith(before) && streamTable.endsWith(after)
        : streamTable.endsWith(name);
      if (!isIts) continue;
      if (!hasStage) return { name: streamTable.slice(0, -name.length) + definition.name, definition };
      const stage = streamTable.slice(before.length, streamTable.length - after.length);
      return { name: definition.name.replace('<stage>', stage), definition };
    }
  }
  throw new Problem(
    `a write of the recording: there is no table ${wanted} beside ${streamTable || 'a stream without a table'}`,
  );
}
