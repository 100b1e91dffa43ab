import { expect, test } from 'vitest';
import { decide } from '../../../processors/bookings/decide.ts';
import { compose } from '../../../processors/bookings/mails/compose.ts';
import { decodeRecord } from '../../../shared/stream/decode.ts';
import { bookingRecord } from '../../../test/support/booking.ts';
import type { Mail } from '../../gateway/index.ts';
import { mailsCheck } from './mails.ts';

const environment = { MARKETPLACE_NAME: 'Home', MAIL_CURRENCY: 'CAD', MAIL_TIME_ZONE: 'America/Toronto' };
const settings = { marketplace: 'Home', currency: 'CAD', timeZone: 'America/Toronto' };
const confirmed = bookingRecord('b1', { eventName: 'MODIFY', now: { status: 'confirmed' } });
const noTables = () => undefined;

/** What the processor makes of a record for a customer. */
function mailOf(record: unknown, to = 'asha@example.com'): Mail {
  const decoded = decodeRecord(record, 'new-and-old');
  const decision = decoded.ok ? decide(decoded.change) : undefined;
  const [mail] = decision?.kind === 'effect' ? decision.effect.mails : [];
  if (mail === undefined) throw new Error('the record means no mail');
  const { subject, text, html } = compose(mail, settings);
  const rest = { messageId: 'm', sentAt: '', from: '', cc: [], bcc: [], replyTo: [], headers: {}, tags: {} };
  return { ...rest, to: [to], subject, text, html };
}

async function findingOf(records: readonly unknown[], mails: readonly Mail[]) {
  const check = mailsCheck();
  check.take(environment, records);
  for (const mail of mails) check.sent(mail);
  return check.compare(noTables);
}

test('a mail that was sent once is as it must be', async () => {
  expect(await findingOf([confirmed], [mailOf(confirmed)])).toEqual({
    equal: true,
    count: 1,
    differences: [],
    missing: 0,
    tooMany: new Map(),
  });
});

test('a mail that was not sent is named by its booking', async () => {
  const { equal, missing, differences } = await findingOf([confirmed], []);
  expect({ equal, missing }).toEqual({ equal: false, missing: 1 });
  expect(differences).toEqual([expect.stringContaining('booking-confirmed of b1')]);
});

test.each([
  ['twice', [mailOf(confirmed), mailOf(confirmed)]],
  ['to somebody else besides', [mailOf(confirmed), mailOf(confirmed, 'other@example.com')]],
])('a mail that was sent %s is too many', async (_, mails) => {
  expect(await findingOf([confirmed], mails)).toMatchObject({ equal: false, count: 2 });
});

test('nothing is expected for whoever has no address', async () => {
  const silent = bookingRecord('b1', {
    eventName: 'MODIFY',
    now: { status: 'confirmed', customerEmail: '' },
    before: { customerEmail: '' },
  });
  expect(await findingOf([silent], [])).toMatchObject({ equal: true });
});
