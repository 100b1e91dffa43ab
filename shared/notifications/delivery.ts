/**
 * Brings one notification to its user: first into the inbox, then to every live session. Nothing is pushed that is not stored;
 * once it is stored, pushing can only help, so it is bounded and never fails the record.
 */

import { afterReadyPromises, coalesce } from '../idempotency/coalesce.ts';
import type { LanguageKey } from '../languages.ts';
import type { BatchContext } from '../stream/processor.ts';
import type { Measure } from '../telemetry/measurements.ts';
import { type Inbox, InboxRefused, type InboxRow, inboxRow, type RowOf, type Stored } from './inbox.ts';
import type { Notice } from './notification.ts';
import { patiently } from './patient.ts';
import type { Post } from './post.ts';
import type { LanguageOfUser } from './profile-language.ts';
import { type PushBody, pushBody } from './push-body.ts';
import { type PushResult, pushToAll } from './push-to-all.ts';
import { isSettled, type Session, type Sessions } from './sessions.ts';
import { sharedLookUp } from './shared-look-up.ts';
import { renderText } from './texts.ts';
import { unreadCounter } from './unread.ts';

export interface DeliveryPorts {
  readonly inbox: Inbox;
  readonly sessions: Sessions;
  readonly languageOfUser: LanguageOfUser;
  readonly post: Post;
  readonly measure: Measure;
}

/** Resolves when the notification is stored and pushing it has ended; rejects, for another try, when it may not be stored. */
export type Deliver = (notice: Notice, event: EventOf, signal: AbortSignal) => Promise<void>;

export type EventOf = Pick<RowOf, 'processor' | 'eventId' | 'eventMs'>;

/** Rows of one request to the inbox leave together; a second request waits this long for company, ms. */
const LINGER_MS = 10;
const REQUESTS_IN_FLIGHT = 8;
/**
 * With the look-ups and the push in a row this stays below the 12 s that an effect has while it holds its claim
 * (shared/idempotency).
 */
const STORE_MS = 3_000;
/** For one look-up. */
const ANSWER_MS = 2_000;

/**
 * Who has just connected hears of what the inbox held then. What is stored later is pushed to sessions looked up at most this
 * long before, ms: the gap, and the lag of the index besides, within which a new session misses a push that its inbox holds.
 */
const SESSIONS_KEPT_MS = 2_000;
/** Longer than an invocation: what a batch stores itself is counted beside. */
const COUNT_KEPT_MS = 60_000;
const LANGUAGE_KEPT_MS = 60_000;

/** @returns the delivery for one batch: what it looks up is shared by the batch, and forgotten with it */
export function deliveryOf(ports: DeliveryPorts, context: BatchContext): Deliver {
  const { inbox, sessions, languageOfUser, post, measure } = ports;
  const { clock, random } = context;
  const nowS = () => Math.floor(clock.now() / 1000);
  const shared = { clock, random, signal: context.deadline.signal };
  const pace = {
    inFlight: REQUESTS_IN_FLIGHT,
    moreToCome: () => false,
    lingerMs: LINGER_MS,
    clock,
    defer: afterReadyPromises,
  };
  const put = coalesce({
    ...pace,
    most: inbox.most,
    keyOf: ({ PK, SK }: InboxRow) => `${PK} ${SK}`,
    send: (rows) => patiently(shared, STORE_MS, (signal) => inbox.put(rows, signal)),
  });
  const find = coalesce({
    ...pace,
    most: sessions.most,
    keyOf: (userId: string) => userId,
    send: (userIds) => patiently(shared, ANSWER_MS, (signal) => sessions.find(userIds, nowS(), signal)),
  });
  const sessionsOf = sharedLookUp({ clock, keepMs: SESSIONS_KEPT_MS, load: find });
  const languageOf = sharedLookUp({
    clock,
    keepMs: LANGUAGE_KEPT_MS,
    load: (userId) => patiently(shared, ANSWER_MS, (signal) => languageOfUser(userId, signal)),
  });
  const unreadOf = unreadCounter(
    (userId) => patiently(shared, ANSWER_MS, (signal) => inbox.count(userId, nowS(), signal)),
    (load) => sharedLookUp({ clock, keepMs: COUNT_KEPT_MS, load }),
  );

  async function store(row: InboxRow): Promise<Stored> {
    const stored = await put(row);
    if (stored instanceof InboxRefused) throw stored;
    return stored;
  }

  return async (notice, event, signal) => {
    const { recipient, notification } = notice;
    const { type } = notification;
    const late = (To: 'inbox' | 'session') =>
      measure('NotificationLatency', 'milliseconds', Math.max(0, clock.now() - event.eventMs), {
        Type: type,
        To,
      });
    const row = inboxRow({ ...event, recipient, notification }, clock.now());
    if ((await store(row)) === 'stored') {
      unreadOf.stored(recipient);
      measure('NotificationsStored', 'count', 1, { Type: type });
      late('inbox');
    }
    const live = await sessionsOf(recipient);
    if (live.length === 0) return;
    const [unread, otherwise] = await Promise.all([
      unreadOf.count(recipient),
      live.every(({ language }) => language !== undefined) ? undefined : languageOf(recipient),
    ]);
    const bodyIn = bodies(notice, row, unread);
    const bodyOf = (session: Session) => bodyIn(session.language ?? otherwise ?? 'english');
    signal.throwIfAborted();
    const results = await pushToAll(live, bodyOf, { post, clock, random, signal });
    for (const result of results) measure('Pushes', 'count', 1, { Type: type, Result: result });
    if (results.includes('delivered')) late('session');
    await removeGone(live, results);
  };

  /** A row that stays behind costs a request per push until its `ttl`, so failing to delete it fails nothing. */
  async function removeGone(live: readonly Session[], results: readonly PushResult[]): Promise<void> {
    const gone = live.filter(
      (session, index) => results[index] === 'gone' && isSettled(session, clock.now()),
    );
    await Promise.all(
      gone.map((session) =>
        patiently(shared, ANSWER_MS, (signal) => sessions.remove(session, signal)).then(
          () => measure('SessionsRemoved', 'count', 1),
          () => measure('SessionsLeftBehind', 'count', 1),
        ),
      ),
    );
  }
}

/** One text per language, however many sessions read it. */
function bodies(
  { notification, details, text }: Notice,
  row: InboxRow,
  unread: number,
): (language: LanguageKey) => PushBody {
  const made = new Map<LanguageKey, PushBody>();
  return (language) => {
    const known = made.get(language);
    if (known !== undefined) return known;
    const head = { type: 'notification', id: row.SK, createdAt: row.created_at, unread } as const;
    const body = pushBody({ ...head, language, text: renderText(text, language), notification, details });
    made.set(language, body);
    return body;
  };
}
