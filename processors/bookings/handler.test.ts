/** The bookings function as Lambda starts it: from its environment, through the SDK, to tables, claims and SES. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bookingRecord, providerImage, reviewImage, serviceImage } from '../../test/support/booking.ts';
import {
  createIdempotencyTable,
  embeddedDynamoDb,
  IDEMPOTENCY_TABLE,
} from '../../test/support/idempotency-table.ts';
import { type Marketplace, startMarketplace, TABLE_NAMES } from '../../test/support/marketplace-dynamodb.ts';

const START_S = 1_780_000_000;
const AFTER_S = START_S + 60;

interface SentMail {
  readonly FromEmailAddress: string;
  readonly Destination: { readonly ToAddresses: readonly string[] };
  readonly Content: { readonly Simple: { readonly Body: { readonly Text: { readonly Data: string } } } };
}

describe.skipIf(!embeddedDynamoDb)('the bookings function', () => {
  let market: Marketplace;
  let ses: Server;
  const mails: SentMail[] = [];
  const metrics: Record<string, unknown>[] = [];
  const console = vi.spyOn(globalThis.console, 'log');

  beforeAll(async () => {
    market = await startMarketplace();
    await createIdempotencyTable(market.client);
    ses = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        mails.push(JSON.parse(Buffer.concat(chunks).toString()));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"MessageId":"m"}');
      });
    });
    await new Promise<void>((resolve) => ses.listen(0, '127.0.0.1', resolve));
    const environment = {
      BOOKINGS_TABLE: TABLE_NAMES.bookings,
      PROVIDERS_TABLE: TABLE_NAMES.providers,
      SERVICES_TABLE: TABLE_NAMES.services,
      REVIEWS_TABLE: TABLE_NAMES.reviews,
      IDEMPOTENCY_TABLE,
      MAIL_SENDER: 'bookings@example.com',
      MARKETPLACE_NAME: 'Home Market',
      MAIL_CURRENCY: 'CAD',
      MAIL_TIME_ZONE: 'America/Toronto',
      MAIL_BOOKING_URL: 'https://example.com/bookings/{bookingId}',
      DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:9/queue',
      FAILURE_BUCKET: 'failures',
      NOT_BEFORE: new Date(START_S * 1000).toISOString(),
      POWERTOOLS_SERVICE_NAME: 'bookings',
      POWERTOOLS_METRICS_NAMESPACE: 'Streamkeeper',
      // Metrics go where a test can read them.
      POWERTOOLS_DEV: 'true',
      POWERTOOLS_METRICS_DISABLED: 'false',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: market.endpoint,
      AWS_ENDPOINT_URL_SESV2: `http://127.0.0.1:${(ses.address() as AddressInfo).port}`,
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    console.mockImplementation((line: string) => void metrics.push(JSON.parse(line)));
    await market.put('providers', providerImage('p1', { email: 'pat@example.com' }));
    await market.put('services', serviceImage('s1'));
  });
  // Apart, because loading takes its time on a busy machine.
  beforeAll(async () => {
    ({ handler } = await import('./handler.ts'));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    console.mockRestore();
    ses?.close();
    await market?.close();
  });
  beforeEach(() => {
    mails.length = 0;
    metrics.length = 0;
  });

  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
  const settled = { batchItemFailures: [] };
  let handler: typeof import('./handler.ts')['handler'];
  const invoke = (event: object) => handler(event, context);
  const textTo = (address: string) =>
    mails.find(({ Destination }) => Destination.ToAddresses.includes(address))?.Content.Simple.Body.Text.Data;

  it('mails customer and provider, each once, as the marketplace is set up, and counts the mails', async () => {
    const created = bookingRecord('b1', {
      eventName: 'INSERT',
      eventID: 'e1',
      at: AFTER_S,
      now: { scheduledDate: '2026-06-01T18:30:00Z' },
    });
    expect(await invoke({ Records: [created] })).toEqual(settled);
    expect(mails.map(({ FromEmailAddress }) => FromEmailAddress)).toEqual(
      Array(2).fill('"Home Market" <bookings@example.com>'),
    );
    expect(textTo('pat@example.com')).toContain('made a booking with you');
    expect(textTo('asha@example.com')).toMatch(/When: Monday, 1 June 2026 at 14:30 .*\nAddress/s);
    expect(textTo('asha@example.com')).toContain('CA$120.00');
    expect(textTo('asha@example.com')).toContain('https://example.com/bookings/b1');
    expect(metrics).toContainEqual(expect.objectContaining({ MailsSent: 1, mail: 'new-booking' }));
    expect(await invoke({ Records: [created] })).toEqual(settled);
    expect(mails).toHaveLength(2);
  });

  it('rates provider and service when a booking is reviewed, and measures how long the index took', async () => {
    await market.put('reviews', reviewImage('r1', 'b2', { rating: 4 }));
    const reviewed = bookingRecord('b2', { eventName: 'MODIFY', at: AFTER_S, now: { isReviewed: true } });
    expect(await invoke({ Records: [reviewed] })).toEqual(settled);
    expect(await market.item('providers', 'p1')).toMatchObject({ rating: 4, reviewCount: 1 });
    expect(await market.item('services', 's1')).toMatchObject({ rating: 4, reviewCount: 1 });
    expect(metrics).toContainEqual(expect.objectContaining({ RatingsComputed: 1 }));
    expect(metrics).toContainEqual(expect.objectContaining({ Index: 'providerReviews-index' }));
  });

  it('mails nothing about what happened before it was to start, but where an operator asks for it', async () => {
    const old = bookingRecord('b3', { eventName: 'INSERT', eventID: 'e3', at: START_S - 1 });
    expect(await invoke({ Records: [old] })).toEqual(settled);
    expect(mails).toEqual([]);
    expect(await invoke({ Records: [old], redrive: { id: 'wanted' } })).toMatchObject({
      outcomes: [{ outcome: 'applied', settled: true }],
    });
    expect(mails).toHaveLength(2);
  });
});
