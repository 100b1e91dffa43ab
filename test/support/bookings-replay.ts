/** Replays a recorded bookings stream with the writes that go between its records, through the shipped processor, on tables and an outbox in memory. */
import type { DynamoDBRecord } from 'aws-lambda';
import type { TableWriteLine } from '../../fixtures/table-write.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { bookingsProcessor } from '../../processors/bookings/processor.ts';
import { createIdempotency } from '../../shared/idempotency/idempotency.ts';
import type { Mail } from '../../shared/mail/mail.ts';
import { runBatch } from '../../shared/stream/run-batch.ts';
import { batchContext } from './batch-context.ts';
import { memoryClaimTable } from './claim-table.ts';
import { type Index, KEY_OF, MarketplaceTables, type TableName } from './marketplace-tables.ts';

export const MAIL_SETTINGS = { marketplace: 'Home Market', currency: 'CAD', timeZone: 'America/Toronto' };

export interface Replayed {
  readonly tables: MarketplaceTables;
  readonly outbox: readonly Mail[];
  /** Of the mails in the outbox, `<kind> → <address>`, sorted. */
  readonly mails: readonly string[];
  /** How each record ended. */
  readonly ends: readonly string[];
  readonly measured: Readonly<Record<string, number>>;
}

export interface ReplayOptions {
  /** Records in a batch. */
  readonly batchSize: number;
  readonly lagMs?: (index: Index) => number;
  /** How long after its event each record is delivered. */
  readonly delayMs: number;
}

export async function replay(
  records: readonly object[],
  writes: readonly TableWriteLine[],
  { batchSize, lagMs = () => 0, delayMs }: ReplayOptions,
): Promise<Replayed> {
  const clock = new VirtualClock(Math.min(...[...records, ...writes].map(timeMs)) + delayMs);
  const tables = new MarketplaceTables(clock, lagMs);
  const outbox: Mail[] = [];
  const measured: Record<string, number> = {};
  const measure = (name: string, _: unknown, value: number) => {
    measured[name] = (measured[name] ?? 0) + value;
  };
  const access = tables.access();
  const claims = memoryClaimTable();
  let ids = 0;
  const processor = bookingsProcessor(
    {
      ...createIdempotency({ processor: 'bookings', table: claims, newId: () => `owner-${ids++}` }),
      mailer: async (mail) => {
        outbox.push(mail);
        return { kind: 'applied' };
      },
      readProviders: access.readProviders,
      settings: MAIL_SETTINGS,
      measure,
    },
    { tables: access, measure },
  );
  const pending = [...writes];
  const ends: string[] = [];
  for (let from = 0; from < records.length; from += batchSize) {
    const batch = records.slice(from, from + batchSize);
    for (
      let write = pending[0];
      write !== undefined && write.beforeLine <= from + batch.length;
      write = pending[0]
    ) {
      await until(clock, timeMs(write) + delayMs);
      apply(tables, write);
      pending.shift();
    }
    await until(clock, timeMs(batch.at(-1) ?? {}) + delayMs);
    for (const record of batch) remember(tables, record as DynamoDBRecord);
    const ended = await clock.runUntil(
      runBatch(processor, batch, batchContext({ clock, deadlineMs: 3_600_000 })),
    );
    ends.push(...ended.map(({ outcome }) => (outcome.kind === 'duplicate' ? 'applied' : outcome.kind)));
  }
  return { tables, outbox, mails: kindsAndAddresses(outbox), ends, measured };
}

/** What a booking's own table holds when its record is delivered. */
function remember(tables: MarketplaceTables, { dynamodb }: DynamoDBRecord): void {
  const { NewImage } = dynamodb ?? {};
  if (NewImage?.['bookingId'] !== undefined) tables.put('bookings', NewImage);
}

function apply(tables: MarketplaceTables, write: TableWriteLine): void {
  if (!Object.hasOwn(KEY_OF, write.table)) return;
  const table = write.table as TableName;
  if ('put' in write) tables.put(table, write.put);
  else tables.delete(table, write.delete[KEY_OF[table]]?.S ?? '');
}

async function until(clock: VirtualClock, atMs: number): Promise<void> {
  if (atMs > clock.now()) await clock.advance(atMs - clock.now());
}

function timeMs(line: object): number {
  if ('at' in line) return Number(line.at) * 1000;
  const { dynamodb } = line as DynamoDBRecord;
  return (dynamodb?.ApproximateCreationDateTime ?? 0) * 1000;
}

const KIND_OF_SUBJECT: readonly (readonly [RegExp, string])[] = [
  [/^Booking received/, 'booking-received'],
  [/^New booking/, 'new-booking'],
  [/^Booking confirmed/, 'booking-confirmed'],
  [/^Work has begun/, 'booking-in-progress'],
  [/^Booking cancelled/, 'booking-cancelled'],
  [/^How was/, 'review-request'],
  [/^Receipt/, 'receipt'],
];

function kindsAndAddresses(outbox: readonly Mail[]): readonly string[] {
  return outbox.map(({ subject, to }) => `${kindOf(subject)} → ${to}`).sort();
}

/** Which mail it is, by what it begins with. */
export function kindOf(subject: string): string | undefined {
  return KIND_OF_SUBJECT.find(([form]) => form.test(subject))?.[1];
}
