/**
 * Was each e-mail sent, and once? Every record of the bookings is decided here too, by the processor's own rule, and what it makes
 * is held against what came into the outbox: by recipient, subject and text.
 */

import { idOf } from '../../../processors/bookings/booking.ts';
import { bookingId, decide } from '../../../processors/bookings/decide.ts';
import { compose } from '../../../processors/bookings/mails/compose.ts';
import { readAddress } from '../../../shared/mail/address.ts';
import { decodeRecord } from '../../../shared/stream/decode.ts';
import { notBeforeMs } from '../../../shared/stream/not-before.ts';
import type { Mail } from '../../gateway/index.ts';
import { digestOf } from '../canonical.ts';
import { type Finding, finding } from './finding.ts';
import { type ClientOf, items } from './ratings.ts';

export interface MailsCheck {
  /** @param environment of the function that the records go to */
  take(environment: Readonly<Record<string, string>>, records: readonly unknown[]): void;
  sent(mail: Mail): void;
  compare(clientOf: ClientOf): Promise<MailsFinding>;
}

export interface MailsFinding extends Finding {
  /** How many times too often, by what `mailName` makes of a mail. */
  readonly tooMany: ReadonlyMap<string, number>;
  /** How many were not sent. */
  readonly missing: number;
}

/** The same for mails that nobody could tell from each other. */
export const mailName = ({ to, subject, text }: Pick<Mail, 'to' | 'subject' | 'text'>): string =>
  `${to.join()} ${digestOf([subject, text])}`;

interface Expected {
  /** A customer's address, or whose address it will be. */
  readonly to: { readonly address: string } | { readonly providerId: string };
  readonly text: string;
  readonly of: string;
}

export function mailsCheck(): MailsCheck {
  const expected: Expected[] = [];
  /** How many times, by digest. */
  const outbox = new Map<string, number>();
  let mails = 0;
  let providersTable = '';
  return {
    take(environment, records) {
      providersTable = environment['PROVIDERS_TABLE'] ?? '';
      const startMs = notBeforeMs(environment['NOT_BEFORE']);
      for (const record of records) {
        const decoded = decodeRecord(record, 'new-and-old');
        if (!decoded.ok || bookingId(decoded.change) === undefined) continue;
        const { createdAtMs } = decoded.change;
        if (startMs !== undefined && createdAtMs !== undefined && createdAtMs < startMs) continue;
        const decision = decide(decoded.change);
        if (decision.kind !== 'effect') continue;
        for (const mail of decision.effect.mails) {
          const to = recipientOf(mail);
          if (to === undefined) continue;
          const { subject, text } = compose(mail, settingsIn(environment));
          expected.push({ to, text: digestOf([subject, text]), of: `${mail.kind} of ${mail.bookingId}` });
        }
      }
    },
    sent(mail) {
      mails++;
      const name = mailName(mail);
      outbox.set(name, (outbox.get(name) ?? 0) + 1);
    },
    async compare(clientOf) {
      const providers = await items<{ providerId: string; email?: unknown }>(
        clientOf,
        providersTable,
        'providerId, email',
      );
      const emails = new Map(providers.map(({ providerId, email }) => [providerId, email]));
      const left = new Map(outbox);
      const differences: string[] = [];
      for (const { to, text, of } of expected) {
        const address = 'address' in to ? to.address : addressIn(emails.get(to.providerId));
        if (address === undefined) continue;
        const name = `${address} ${text}`;
        const times = left.get(name) ?? 0;
        if (times === 0) differences.push(`${of}: was not sent`);
        else left.set(name, times - 1);
      }
      const missing = differences.length;
      const tooMany = new Map([...left].filter(([, times]) => times > 0));
      const more = [...tooMany.values()].reduce((sum, times) => sum + times, 0);
      if (more > 0) differences.push(`${more} mails were sent too many`);
      return { ...finding(mails, differences), tooMany, missing };
    },
  };
}

function recipientOf({ recipient, booking }: Parameters<typeof compose>[0]): Expected['to'] | undefined {
  if (recipient === 'provider') {
    const providerId = idOf(booking.providerId);
    return providerId === undefined ? undefined : { providerId };
  }
  const address = addressIn(booking.customerEmail);
  return address === undefined ? undefined : { address };
}

function addressIn(value: unknown): string | undefined {
  const address = readAddress(typeof value === 'string' ? value : undefined);
  return address.kind === 'usable' ? address.address : undefined;
}

function settingsIn(environment: Readonly<Record<string, string>>): Parameters<typeof compose>[1] {
  const bookingUrl = environment['MAIL_BOOKING_URL'];
  return {
    marketplace: environment['MARKETPLACE_NAME'] ?? '',
    currency: environment['MAIL_CURRENCY'] ?? '',
    timeZone: environment['MAIL_TIME_ZONE'] ?? '',
    ...(bookingUrl ? { bookingUrl } : {}),
  };
}
