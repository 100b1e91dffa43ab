/** What carrying out a recording may change, as far as its described effects say: keys of projections, messages, ratings. Pure. */
import * as z from 'zod';
import type { EventKey } from '../../shared/idempotency/event-key.ts';
import { inboxRow } from '../../shared/notifications/inbox.ts';
import type { Notification } from '../../shared/notifications/notification.ts';
import type { DescribedRecord } from './described.ts';

export interface Touched {
  /** What order is kept by, and what a projection is compared by. */
  readonly orderingKeys: Set<string>;
  /** Keys of the inbox's rows, as JSON of `{PK, SK}`. */
  readonly inboxRows: Set<string>;
  /** What is claimed before each message, as JSON of an event key. */
  readonly claims: Set<string>;
  readonly providers: Set<string>;
  readonly services: Set<string>;
}

export function nothingTouched(): Touched {
  return {
    orderingKeys: new Set(),
    inboxRows: new Set(),
    claims: new Set(),
    providers: new Set(),
    services: new Set(),
  };
}

const notices = z.object({
  notices: z.array(z.object({ recipient: z.string(), notification: z.looseObject({ type: z.string() }) })),
});
const mails = z.object({ mails: z.array(z.object({ kind: z.string(), recipient: z.string() })) });
const rating = z.object({ rating: z.object({ providerId: z.string(), serviceId: z.string().optional() }) });

/** @param processor whose effect it is; part of an inbox row's key */
export function touch(touched: Touched, processor: string, { record, described }: DescribedRecord): void {
  const { eventId, effect, orderingKey } = described;
  if (described.decision !== 'effect' || eventId === null) return;
  if (orderingKey !== undefined) touched.orderingKeys.add(orderingKey);
  const claim = (key: EventKey) => touched.claims.add(JSON.stringify(key));
  for (const { recipient, notification } of notices.safeParse(effect).data?.notices ?? []) {
    claim({ eventId, recipient, kind: notification.type });
    const of = { processor, eventId, eventMs: record.createdMs, recipient };
    const { PK, SK } = inboxRow({ ...of, notification: notification as unknown as Notification }, 0);
    touched.inboxRows.add(JSON.stringify({ PK, SK }));
  }
  for (const { kind, recipient } of mails.safeParse(effect).data?.mails ?? [])
    claim({ eventId, recipient, kind });
  const rated = rating.safeParse(effect).data?.rating;
  if (rated === undefined) return;
  touched.providers.add(rated.providerId);
  if (rated.serviceId !== undefined) touched.services.add(rated.serviceId);
}
