/**
 * The price of idempotency alone, with an effect that does nothing: Powertools' own way, ours, and what the engine can do with
 * the same requests ready made. Every way claims and completes in every round, in turn, and then meets the same records again.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynoxide } from '../../local/engines/dynamodb.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { createIdempotencyTable } from '../../test/support/idempotency-table.ts';
import { raw } from './idempotency-raw.ts';
import { coalescing, stock, type Way } from './idempotency-ways.ts';

export interface IdempotencyOptions {
  /** Per batch. */
  readonly records: number;
  readonly rounds: number;
}

export interface Passage {
  /** Median of the rounds. */
  readonly recordsPerSecond: number;
  /** Median. The same in every round for a first delivery; a replay's reads fill up with what comes back meanwhile. */
  readonly requestsPerRecord: number;
  /** CPU time of this process, user and system, median, µs. */
  readonly cpuMicrosPerRecord: number;
}

export interface IdempotencyResult {
  readonly way: Way['name'];
  readonly first: Passage;
  /** The same records delivered again. */
  readonly replay: Passage;
}

/** Every write of the embedded engine waits for its disk, which would be all that is measured: its file is kept in memory. */
const IN_MEMORY = '/dev/shm';

export async function idempotency(options: IdempotencyOptions): Promise<readonly IdempotencyResult[]> {
  const folder = await mkdtemp(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'streamkeeper-bench-'));
  const engine = await startDynoxide({
    system: 'marketplace',
    file: join(folder, 'dynamodb.db'),
    port: 0,
    clock: systemClock,
  });
  try {
    return await measureAll(engine.endpoint, engine.region, options);
  } finally {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const TABLE = 'marketplace-bench-idempotency-table';

async function measureAll(endpoint: string, region: string, { records, rounds }: IdempotencyOptions) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region, credentials });
  await createIdempotencyTable(client, TABLE);
  const target = { client, endpoint, tableName: TABLE };
  const ways = [stock(target, 'parallel'), stock(target, 'in order'), coalescing(target), raw(target)];
  const measured = ways.map((way) => ({ way, first: [] as Passage[], replay: [] as Passage[] }));
  const warmUp = eventIds(Math.min(records, 100));
  for (const way of ways) await way.prepare(warmUp).deliver();
  for (let round = 0; round < rounds; round++) {
    for (const { way, first, replay } of measured) {
      const batch = way.prepare(eventIds(records));
      first.push(await measure(records, way, batch.deliver));
      replay.push(await measure(records, way, batch.redeliver));
    }
  }
  for (const way of ways) way.close();
  client.destroy();
  return measured.map(({ way, first, replay }) => ({
    way: way.name,
    first: typical(first),
    replay: typical(replay),
  }));
}

function eventIds(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID());
}

async function measure(records: number, way: Way, work: () => Promise<void>): Promise<Passage> {
  const requestsBefore = way.requests();
  const cpuBefore = process.cpuUsage();
  const beganAt = process.hrtime.bigint();
  await work();
  const seconds = Number(process.hrtime.bigint() - beganAt) / 1e9;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    recordsPerSecond: records / seconds,
    requestsPerRecord: (way.requests() - requestsBefore) / records,
    cpuMicrosPerRecord: (cpu.user + cpu.system) / records,
  };
}

function typical(passages: readonly Passage[]): Passage {
  const of = (pick: (passage: Passage) => number) => median(passages.map(pick));
  return {
    recordsPerSecond: Math.round(of(({ recordsPerSecond }) => recordsPerSecond)),
    requestsPerRecord: of(({ requestsPerRecord }) => requestsPerRecord),
    cpuMicrosPerRecord: Math.round(of(({ cpuMicrosPerRecord }) => cpuMicrosPerRecord)),
  };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
