/** What a client receives: one JSON text within what the WebSocket API takes, with references where the texts are too long. */
import type { LanguageKey } from '../languages.ts';
import { withShortTexts } from './inbox.ts';
import type { Details, Notification } from './notification.ts';

export interface Push {
  readonly type: 'notification';
  /** The inbox row's sort key: the same however often the push comes. */
  readonly id: string;
  /** ISO 8601, when the event happened: what clients sort by. */
  readonly createdAt: string;
  /** Notifications in the user's inbox, this one included; 100 stands for 100 or more. */
  readonly unread: number;
  readonly language: LanguageKey;
  /** The notification in that language. */
  readonly text: string;
  readonly notification: Notification;
  /** Texts and links beyond the notification. */
  readonly details: Details;
}

/** A message has at most 128 KB (API Gateway developer guide, "WebSocket quotas"). */
export const MAX_BODY_BYTES = 128 * 1024;

/** A link is longer than this only by mistake. */
const LONGEST_LINK = 2_048;

export interface PushBody {
  readonly whole: string;
  /** Without long texts; `omitted` names them, and the ids in `notification` say where they are. */
  readonly short: string;
}

export function pushBody(push: Push): PushBody {
  const omitted = Object.entries(push.details).flatMap(([name, value]) =>
    value === null || value.length <= LONGEST_LINK ? [] : [name],
  );
  const details = Object.fromEntries(
    Object.entries(push.details).filter(([name]) => !omitted.includes(name)),
  );
  const short = JSON.stringify({
    ...push,
    notification: withShortTexts(push.notification),
    details,
    omitted,
  });
  const whole = JSON.stringify(push);
  return { whole: Buffer.byteLength(whole) > MAX_BODY_BYTES ? short : whole, short };
}
