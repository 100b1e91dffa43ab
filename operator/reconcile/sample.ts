/** Picks keys at random without reading the whole table: by DynamoDB's own hash, in as many small segments as it takes. */
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ScanPage } from './scan.ts';

/** The most that a scan takes (API reference, Scan, TotalSegments). */
const MAX_SEGMENTS = 1_000_000;

/** Of a segment: few, so that a sample comes from many places. */
const ROWS_PER_SEGMENT = 5;

export interface SamplePorts {
  readonly scan: ScanPage;
  /** Rows of the table, roughly. */
  readonly rows: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** @returns up to `size` distinct keys; fewer only if the table has no more */
export async function sampleKeys(size: number, ports: SamplePorts): Promise<readonly string[]> {
  const { scan, rows, random, signal } = ports;
  const segments = Math.min(MAX_SEGMENTS, Math.max(1, Math.ceil(rows / ROWS_PER_SEGMENT)));
  const chosen = new Set<string>();
  for (const index of inRandomOrder(segments, random)) {
    let from: Parameters<ScanPage>[1];
    do {
      const page = await scan({ index, of: segments }, from, signal);
      for (const key of shuffled(page.keys, random)) {
        if (chosen.size < size) chosen.add(key);
      }
      from = page.next;
    } while (from !== undefined && chosen.size < size);
    if (chosen.size >= size) break;
  }
  return [...chosen];
}

/** DynamoDB counts about every six hours (API reference, DescribeTable, ItemCount): good enough to spread a sample. */
export async function roughRows(client: DynamoDBClient, tableName: string): Promise<number> {
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  return table?.ItemCount ?? 0;
}

/** Each number below `count` once. Keeps only what it has moved (a sparse Fisher–Yates shuffle). */
function* inRandomOrder(count: number, random: () => number): Generator<number> {
  const moved = new Map<number, number>();
  for (let left = count; left > 0; left--) {
    const at = Math.min(left - 1, Math.floor(random() * left));
    yield moved.get(at) ?? at;
    moved.set(at, moved.get(left - 1) ?? left - 1);
    moved.delete(left - 1);
  }
}

function shuffled(keys: readonly string[], random: () => number): readonly string[] {
  return [...inRandomOrder(keys.length, random)].flatMap((index) => keys[index] ?? []);
}
