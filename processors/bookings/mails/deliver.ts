/** Sends the mails of bookings: in order per booking, each once per event, recipient and kind, none about what happened before the start. */
import type { ReadItems } from '../../../shared/dynamodb/read-items.ts';
import type { GuardedEffect } from '../../../shared/idempotency/bounded-effect.ts';
import type { EventKey } from '../../../shared/idempotency/event-key.ts';
import type { Idempotency } from '../../../shared/idempotency/idempotency.ts';
import { LANES } from '../../../shared/idempotency/once.ts';
import { planOnce } from '../../../shared/idempotency/plan-once.ts';
import type { Recall } from '../../../shared/idempotency/recall.ts';
import { type Address, readAddress } from '../../../shared/mail/address.ts';
import type { Mailer } from '../../../shared/mail/mail.ts';
import type { Change } from '../../../shared/stream/change.ts';
import { inOrder } from '../../../shared/stream/in-order.ts';
import { jointOutcome } from '../../../shared/stream/in-parts.ts';
import { BEFORE_START } from '../../../shared/stream/not-before.ts';
import type { Outcome } from '../../../shared/stream/outcome.ts';
import type { BatchContext, CarryOut, Plan, Work } from '../../../shared/stream/processor.ts';
import type { Measure } from '../../../shared/telemetry/measurements.ts';
import { idOf } from '../booking.ts';
import type { BookingMail } from '../decide.ts';
import { compose, type MailSettings } from './compose.ts';

export interface MailPorts extends Idempotency {
  readonly mailer: Mailer;
  /** Of the providers table: a provider's address stands on its item. */
  readonly readProviders: ReadItems;
  readonly settings: MailSettings;
  readonly measure: Measure;
  /** Milliseconds since the epoch: older events send nothing, unless redriven. */
  readonly notBeforeMs?: number;
}

export const NO_ADDRESS = 'no-email-address';
export const UNUSABLE_ADDRESS = 'unusable-email-address';

export function mailDelivery(ports: MailPorts): CarryOut<readonly BookingMail[]> {
  return inOrder((work, context) => deliver(work, context, ports), { lanes: LANES });
}

/** By what was sent; an operator's record is never too old. */
export function mailPlan(recall: Recall): Plan<readonly BookingMail[]> {
  return planOnce(recall, { keysOf: ({ change, effect }) => effect.map((mail) => mailKey(change, mail)) });
}

function mailKey({ eventId }: Change, { recipient, kind }: BookingMail): EventKey {
  return { eventId, recipient, kind };
}

/** The mails of one event are independent of each other: one that fails does not keep the other back. */
async function deliver(
  { change, effect }: Work<readonly BookingMail[]>,
  context: BatchContext,
  ports: MailPorts,
): Promise<Outcome> {
  if (isBeforeStart(change, ports.notBeforeMs) && !context.redriven)
    return { kind: 'ignored', rule: BEFORE_START };
  const outcomes = await Promise.all(
    effect.map(async (mail) => {
      const outcome = await ports.once(mailKey(change, mail), context, send(mail, ports));
      if (outcome.kind === 'applied') ports.measure('MailsSent', 'count', 1, { mail: mail.kind });
      if (outcome.kind === 'ignored') ports.measure('MailsIgnored', 'count', 1, { rule: outcome.rule });
      return outcome;
    }),
  );
  return jointOutcome(outcomes);
}

function isBeforeStart({ createdAtMs }: Change, notBeforeMs: number | undefined): boolean {
  return notBeforeMs !== undefined && createdAtMs !== undefined && createdAtMs < notBeforeMs;
}

function send(mail: BookingMail, { mailer, readProviders, settings }: MailPorts): GuardedEffect {
  return async (signal) => {
    const to = await addressOf(mail, readProviders, signal);
    switch (to.kind) {
      case 'none':
        return { kind: 'ignored', rule: NO_ADDRESS };
      case 'unusable':
        return { kind: 'ignored', rule: UNUSABLE_ADDRESS };
      case 'usable':
        return mailer({ to: to.address, ...compose(mail, settings) }, signal);
    }
  };
}

async function addressOf(
  { recipient, booking }: BookingMail,
  readProviders: ReadItems,
  signal: AbortSignal,
): Promise<Address> {
  if (recipient === 'customer') return readAddress(booking.customerEmail);
  const providerId = idOf(booking.providerId);
  if (providerId === undefined) return { kind: 'none' };
  const [provider] = await readProviders([{ providerId }], signal);
  const email = provider?.email;
  if (email === undefined || email === null) return { kind: 'none' };
  return typeof email === 'string' ? readAddress(email) : { kind: 'unusable' };
}
