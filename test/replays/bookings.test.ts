/** The recorded bookings, through the shipped processor: every case ends as it says, and the whole day with ratings = reviews and each mail once. */
import { join } from 'node:path';
import type { DynamoDBRecord } from 'aws-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import { bookingCases } from '../../fixtures/generate/bookings/cases/index.ts';
import { readFixture } from '../../fixtures/read.ts';
import { readTableWrites, type TableWriteLine } from '../../fixtures/table-write.ts';
import { type Replayed, replay } from '../support/bookings-replay.ts';
import { wrongRatings } from '../support/fresh-ratings.ts';

/** After this, nothing is waited for. */
const delayMs = 6 * 60_000;

describe.each([1, 1_000])('in batches of %i, a case ends as it says:', (batchSize) => {
  it.each(bookingCases)('$name, $about', async ({ records, writes, ends, mails, ratings }) => {
    const replayed = await replay(records, writes, { batchSize, delayMs });
    expect(replayed.ends).toEqual(ends);
    expect(replayed.mails).toEqual(mails);
    const items = [...replayed.tables.items('providers'), ...replayed.tables.items('services')];
    const rated = items.filter(({ reviewCount }) => reviewCount !== undefined);
    expect(
      Object.fromEntries(
        rated.map(({ serviceId, providerId, rating, reviewCount }) => [
          serviceId ?? providerId,
          [rating, reviewCount],
        ]),
      ),
    ).toEqual(ratings);
    expect(wrongRatings(replayed.tables)).toEqual([]);
  });
});

describe('the recorded day, on indexes that lag some seconds behind', () => {
  let records: readonly DynamoDBRecord[];
  let writes: readonly TableWriteLine[];
  let replayed: Replayed;

  beforeAll(async () => {
    const file = join(import.meta.dirname, '..', '..', 'fixtures', 'bookings', 'market-day');
    records = await Array.fromAsync(readFixture(`${file}.jsonl.gz`));
    writes = await Array.fromAsync(readTableWrites(`${file}.writes.jsonl.gz`));
    let turn = 0;
    replayed = await replay(records, writes, {
      batchSize: 500,
      delayMs: 1_000,
      lagMs: () => (turn++ * 7_919) % 20_000,
    });
  }, 60_000);

  it('ends with every rating equal to its reviews', () => {
    expect(wrongRatings(replayed.tables)).toEqual([]);
    expect(
      replayed.tables.items('providers').filter(({ ratingVersion }) => ratingVersion !== undefined),
    ).not.toEqual([]);
  });

  it('leaves no record unsettled or poison', () => {
    expect(new Set(replayed.ends)).toEqual(new Set(['applied', 'ignored']));
  });

  it('sends each mail once, and as many as there are occasions', () => {
    const keys = replayed.outbox.map(
      ({ to, subject, text }) => `${to} ${subject} ${/^Booking: (.*)$/m.exec(text)?.[1]}`,
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(replayed.outbox).toHaveLength(expectedMails(records, writes));
  });
});

/** Counted without the processor: by status alone. */
function expectedMails(records: readonly DynamoDBRecord[], writes: readonly TableWriteLine[]): number {
  const reachable = new Set(
    writes.flatMap((write) =>
      write.table === 'providers' && 'put' in write && write.put['email']?.S
        ? [write.put['providerId']?.S]
        : [],
    ),
  );
  const told = new Set(['confirmed', 'in_progress', 'cancelled', 'completed', 'paid']);
  let mails = 0;
  for (const { dynamodb } of records) {
    const { NewImage = {}, OldImage } = dynamodb ?? {};
    const toCustomer = (NewImage['customerEmail']?.S ?? '') === '' ? 0 : 1;
    if (OldImage === undefined) mails += toCustomer + (reachable.has(NewImage['providerId']?.S) ? 1 : 0);
    else if (OldImage['status']?.S !== NewImage['status']?.S && told.has(NewImage['status']?.S ?? ''))
      mails += toCustomer;
  }
  return mails;
}
