import { describe, expect, it } from 'vitest';
import { createIdempotency } from '../../../shared/idempotency/idempotency.ts';
import type { Mail } from '../../../shared/mail/mail.ts';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import { batchContext } from '../../../test/support/batch-context.ts';
import { bookingImage, providerImage } from '../../../test/support/booking.ts';
import { memoryClaimTable } from '../../../test/support/claim-table.ts';
import { parseBooking } from '../booking.ts';
import type { BookingMail, MailKind } from '../decide.ts';
import { compose, type MailSettings } from './compose.ts';
import { mailDelivery } from './deliver.ts';
import { amount, readableDate } from './values.ts';

const settings: MailSettings = { marketplace: 'Home Market', currency: 'CAD', timeZone: 'America/Toronto' };

type Attributes = Parameters<typeof bookingImage>[1];

function mail(
  kind: MailKind,
  attributes: Attributes = {},
  recipient: BookingMail['recipient'] = 'customer',
): BookingMail {
  const parsed = parseBooking(decodeImage(bookingImage('b1', attributes)));
  if (!parsed.ok) throw new Error(parsed.failure.details);
  return { kind, recipient, bookingId: 'b1', booking: parsed.item };
}

describe('a mail', () => {
  it('to a customer names the service, who comes, when, where and for how much', () => {
    const { subject, text } = compose(mail('booking-received', { notes: 'Ring twice.' }), settings);
    expect(subject).toBe('Booking received: Tap repair');
    expect(text).toBe(`Hello Asha Example,

We have received your booking and passed it on to Pat Plumbing.

You will hear from us as soon as it is confirmed.

Service: Tap repair
Provider: Pat Plumbing
When: Friday, 20 March 2026
Address: 1 Example Street
Price: CA$120.00
Notes: Ring twice.
Booking: b1

Home Market
`);
  });

  it('to a provider names the customer and how to reach them', () => {
    const { subject, text } = compose(mail('new-booking', {}, 'provider'), settings);
    expect(subject).toBe('New booking: Tap repair');
    expect(text).toContain('Hello Pat Plumbing,\n\nAsha Example has made a booking with you.');
    expect(text).toContain('Customer: Asha Example\nPhone: +1 555 0100\nAddress: 1 Example Street');
  });

  it.each<[MailKind, string, string]>([
    ['booking-confirmed', 'Booking confirmed: Tap repair', 'Pat Plumbing has confirmed your booking.'],
    ['booking-in-progress', 'Work has begun: Tap repair', 'Pat Plumbing has begun to work on your booking.'],
    [
      'booking-cancelled',
      'Booking cancelled: Tap repair',
      'Your booking with Pat Plumbing has been cancelled.',
    ],
    ['review-request', 'How was your service from Pat Plumbing?', 'please leave a review'],
    ['receipt', 'Receipt: Tap repair', 'Total paid: CA$120.00'],
  ])('%s says so', (kind, subject, says) => {
    const composed = compose(mail(kind), settings);
    expect(composed.subject).toBe(subject);
    expect(composed.text).toContain(says);
    expect(composed.html).toContain('Tap repair');
  });

  it('leaves out what the booking lacks, and reads well without it', () => {
    const nothing = Object.fromEntries(
      ['customerName', 'providerName', 'serviceName', 'servicePrice', 'scheduledDate', 'customerAddress'].map(
        (name) => [name, null],
      ),
    );
    const { subject, text } = compose(mail('booking-confirmed', nothing), settings);
    expect(subject).toBe('Booking confirmed: home service');
    expect(text).toBe(
      'Hello there,\n\nYour provider has confirmed your booking.\n\nBooking: b1\n\nHome Market\n',
    );
  });

  it('carries a button where the app’s address is set, with the booking’s id as a part of it', () => {
    const bookingUrl = 'https://example.com/bookings/{bookingId}';
    const composed = compose({ ...mail('receipt'), bookingId: 'a/b?"$&' }, { ...settings, bookingUrl });
    expect(composed.text).toContain('View the booking: https://example.com/bookings/a%2Fb%3F%22%24%26');
    const twice = compose(mail('receipt'), { ...settings, bookingUrl: `${bookingUrl}?of={bookingId}` });
    expect(twice.text).toContain('https://example.com/bookings/b1?of=b1\n');
  });

  it('says the day as it is where the marketplace is', () => {
    const { text } = compose(mail('receipt', { scheduledDate: '2026-03-20T02:00:00.000Z' }), settings);
    expect(text).toContain('Thursday, 19 March 2026');
  });

  it('has room for notes, and little for a name', () => {
    const notes = 'n'.repeat(450);
    const { text } = compose(mail('booking-received', { notes, providerName: 'p'.repeat(5_000) }), settings);
    expect(text).toContain(notes);
    expect(text).not.toContain('p'.repeat(400));
  });

  it('shows markup and line breaks as text', () => {
    const hostile = mail('booking-received', {
      serviceName: '<b>Tap</b>\r\nBcc: all@example.com',
      notes: 'one\ntwo<script>',
    });
    const composed = compose(hostile, settings);
    expect(composed.subject).toBe('Booking received: <b>Tap</b> Bcc: all@example.com');
    expect(composed.html).toContain('&lt;b&gt;Tap&lt;/b&gt;');
    expect(composed.html).not.toContain('<script>');
    expect(composed.text).toContain('Notes: one two<script>\n');
  });
});

describe('readableDate', () => {
  it.each([
    ['2025-12-04', 'Thursday, 4 December 2025'],
    ['2025-12-04T14:30', 'Thursday, 4 December 2025 at 14:30'],
    ['2025-12-04 14:30:15.123456', 'Thursday, 4 December 2025 at 14:30'],
    ['2025-12-04T14:30:00Z', 'Thursday, 4 December 2025 at 09:30 GMT-5'],
    ['2025-12-04T00:15:00+05:30', 'Wednesday, 3 December 2025 at 13:45 GMT-5'],
    ['2025-02-30', '2025-02-30'],
    ['2025-12-04T25:00', '2025-12-04T25:00'],
    ['next Friday', 'next Friday'],
    ['', undefined],
    [null, undefined],
  ])('writes %j as %j', (text, readable) => {
    expect(readableDate(text, 'America/Toronto')).toBe(readable);
  });
});

describe('amount', () => {
  it.each([
    [1234.5, 'CA$1,234.50'],
    ['80', 'CA$80.00'],
    [0, 'CA$0.00'],
    [{ rawJSON: '12345678901234567890.5' }, 'CA$12,345,678,901,234,567,000.00'],
    ['on request', 'on request'],
    ['', undefined],
    [null, undefined],
  ])('writes %j as %j', (price, written) => {
    expect(amount(price, 'CAD')).toBe(written);
  });
});

describe('delivery', () => {
  const EVENT_MS = 1_700_000_000_000;

  interface Setting {
    readonly provider?: object | null;
    readonly notBeforeMs?: number;
    /** Null: the event does not say. */
    readonly createdAtMs?: number | null;
    readonly redriven?: boolean;
    readonly mailer?: (mail: Mail) => 'applied' | 'transient' | 'poison';
    readonly claims?: ReturnType<typeof memoryClaimTable>;
  }

  async function deliver(mails: readonly BookingMail[], setting: Setting = {}) {
    const {
      provider = {},
      redriven = false,
      notBeforeMs,
      createdAtMs = EVENT_MS,
      mailer = () => 'applied',
      claims = memoryClaimTable(),
    } = setting;
    const outbox: Mail[] = [];
    const measured: string[] = [];
    const context = batchContext({ redriven });
    let ids = 0;
    const carryOut = mailDelivery({
      ...createIdempotency({ processor: 'bookings', table: claims, newId: () => `owner-${ids++}` }),
      mailer: async (mail) => {
        const kind = mailer(mail);
        if (kind === 'applied') outbox.push(mail);
        return kind === 'applied' ? { kind } : { kind, failure: { code: 'SES' } };
      },
      readProviders: async () => [
        provider === null ? undefined : decodeImage(providerImage('p1', { ...provider })),
      ],
      settings,
      measure: (name, _, __, dimensions) => {
        measured.push(`${name} ${Object.values(dimensions ?? {}).join(' ')}`);
      },
      ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
    });
    const change = {
      eventId: 'e1',
      eventName: 'INSERT' as const,
      keys: {},
      expired: false,
      ...(createdAtMs === null ? {} : { createdAtMs }),
    };
    const work = [{ key: 'b1', change, effect: mails }];
    const [outcome] = await context.clock.runUntil(carryOut(work, context));
    const ended = outcome?.kind === 'ignored' ? outcome.rule : outcome?.kind;
    return { ended, to: outbox.map(({ to }) => to).sort(), measured, claims };
  }

  const both = (attributes: Attributes = {}) => [
    mail('booking-received', attributes),
    mail('new-booking', attributes, 'provider'),
  ];

  it('goes to the booking’s address of the customer and to the item’s address of the provider', async () => {
    const { ended, to, measured } = await deliver(both());
    expect(ended).toBe('applied');
    expect(to).toEqual(['asha@example.com', 'pat@example.com']);
    expect(measured.sort()).toEqual(['MailsSent booking-received', 'MailsSent new-booking']);
  });

  it.each(['', null, undefined])(
    'to nobody, for the address %j, is ignored by rule with a metric',
    async (customerEmail) => {
      const { ended, to, measured } = await deliver([mail('receipt', { customerEmail })]);
      expect([ended, to, measured]).toEqual(['no-email-address', [], ['MailsIgnored no-email-address']]);
    },
  );

  it('to an address that is none is ignored by a rule of its own', async () => {
    expect((await deliver([mail('receipt', { customerEmail: 'asha' })])).ended).toBe(
      'unusable-email-address',
    );
  });

  it.each([{ provider: null }, { provider: { email: null } }, { provider: { email: '' } }])(
    'reaches the customer where the provider has none: %j',
    async (setting) => {
      const { ended, to, measured } = await deliver(both(), setting);
      expect([ended, to]).toEqual(['applied', ['asha@example.com']]);
      expect(measured).toContain('MailsIgnored no-email-address');
    },
  );

  it('happens once per event, recipient and kind, and its keys name no address', async () => {
    const first = await deliver(both());
    const again = await deliver(both(), { claims: first.claims });
    expect([again.ended, again.to]).toEqual(['duplicate', []]);
    expect([...first.claims.items.keys()].sort()).toEqual([
      'streamkeeper#bookings#e1#customer#booking-received',
      'streamkeeper#bookings#e1#provider#new-booking',
    ]);
  });

  it('of one mail that fails leaves the record unsettled, and the other is not repeated', async () => {
    let attempts = 0;
    const mailer = ({ to }: Mail) => (to.startsWith('pat') && ++attempts < 3 ? 'transient' : 'applied');
    const { ended, to } = await deliver(both(), { mailer });
    expect([ended, to, attempts]).toEqual(['applied', ['asha@example.com', 'pat@example.com'], 3]);
  });

  it('of a mail that is refused for good makes the record poison, and the other is sent', async () => {
    const { ended, to } = await deliver(both(), {
      mailer: ({ to }) => (to.startsWith('pat') ? 'poison' : 'applied'),
    });
    expect([ended, to]).toEqual(['poison', ['asha@example.com']]);
  });

  it('ignores what happened before the start, unless redriven', async () => {
    const notBeforeMs = EVENT_MS + 1000;
    expect((await deliver(both(), { notBeforeMs })).ended).toBe('before-start');
    expect((await deliver(both(), { notBeforeMs, redriven: true })).ended).toBe('applied');
    expect((await deliver(both(), { notBeforeMs: EVENT_MS })).ended).toBe('applied');
    expect((await deliver(both(), { notBeforeMs, createdAtMs: null })).ended).toBe('applied');
  });
});
