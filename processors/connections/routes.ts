/**
 * What happens when a connection is made, speaks and ends. A connection that was made has its row, so that it is pushed to;
 * whatever a client sends, it harms nobody and is answered, or the connection is ended.
 */
import type { LanguageKey } from '../../shared/languages.ts';
import type { Post } from '../../shared/notifications/post.ts';
import type { LanguageOfUser } from '../../shared/notifications/profile-language.ts';
import { failureOf } from '../../shared/stream/failure-of.ts';
import type { Failure } from '../../shared/stream/outcome.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { EndConnection } from './end-connection.ts';
import { type Connection, readEvent } from './event.ts';
import { inboxFrame, readFrame, unknownFrame } from './frame.ts';
import type { ReadInbox } from './inbox.ts';
import { endsAtMs, sessionRow } from './session.ts';
import type { Sessions } from './session-table.ts';
import { offersOurProtocol, SUBPROTOCOL } from './token-place.ts';

export interface RoutePorts {
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly languageOf: LanguageOfUser;
  readonly readInbox: ReadInbox;
  readonly post: Post;
  readonly end: EndConnection;
  readonly notice: (notice: RouteNotice, failure?: Failure) => void;
}

/** For metrics and the log. The failures say what the client had to do without. */
export type RouteNotice =
  | 'Connected'
  | 'Disconnected'
  | 'Pinged'
  | 'Restored'
  | 'Expired'
  | 'UnknownMessage'
  | 'Unauthorized'
  | 'WrongProtocol'
  | 'LanguageNotRead'
  | 'ReplyNotSent';

export interface RouteAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A profile that cannot be read in this time holds up no connection, ms: who pushes reads it again. */
export const LANGUAGE_MS = 2_000;
export const REPLY_MS = 5_000;

const OK: RouteAnswer = { statusCode: 200 };

/** @throws what the sessions table throws: the client is not connected, or told of an internal error, and comes again */
export function connectionRoutes(ports: RoutePorts): (event: unknown) => Promise<RouteAnswer> {
  const { clock, sessions, notice } = ports;

  return async (event) => {
    const route = readEvent(event);
    switch (route.kind) {
      case 'unauthorized':
        notice('Unauthorized');
        return { statusCode: 401 };
      case 'connect':
        // A client that did not offer the protocol would fail on an answer that names it (RFC 6455, section 4.1).
        if (!offersOurProtocol(route.headers)) {
          notice('WrongProtocol');
          return { statusCode: 400 };
        }
        await open(route.connection);
        notice('Connected');
        return { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } };
      case 'message':
        await message(route.connection, route.body);
        return OK;
      case 'disconnect':
        await sessions.remove(route.connection);
        notice('Disconnected');
        return OK;
    }
  };

  async function open(connection: Connection): Promise<void> {
    const language = await languageOf(connection.userId);
    await sessions.put(sessionRow(connection, language, clock.now()));
  }

  async function languageOf(userId: string): Promise<LanguageKey | undefined> {
    try {
      return await within(LANGUAGE_MS, (signal) => ports.languageOf(userId, signal));
    } catch (error) {
      notice('LanguageNotRead', failureOf(error));
      return undefined;
    }
  }

  async function message(connection: Connection, body: string): Promise<void> {
    const now = clock.now();
    if (now >= endsAtMs(connection)) {
      notice('Expired');
      await sessions.remove(connection);
      await within(REPLY_MS, (signal) => ports.end(connection.id, signal));
      return;
    }
    let heard = await sessions.touch(connection, now);
    if (heard === 'missing') {
      // Somebody took the connection for gone, but it speaks.
      notice('Restored');
      await open(connection);
      heard = await sessions.touch(connection, now);
    }
    const frame = readFrame(body);
    notice(frame === 'ping' ? 'Pinged' : 'UnknownMessage');
    if (frame === 'unknown' && heard === 'again') {
      await reply(connection, unknownFrame);
      return;
    }
    // The first message is a greeting, whatever it says.
    const inbox = await ports.readInbox(connection.userId, now);
    await reply(connection, inboxFrame(inbox, endsAtMs(connection)));
  }

  /** The connection may end at any time, and an answer that is lost is asked for again by the next ping. */
  async function reply({ id }: Connection, text: string): Promise<void> {
    const result = await within(REPLY_MS, (signal) => ports.post(id, text, signal));
    if (result !== 'delivered') notice('ReplyNotSent', { code: result.toUpperCase().replaceAll('-', '_') });
  }

  async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const tooLate = new AbortController();
    const cancel = clock.after(ms, () => tooLate.abort());
    try {
      return await work(tooLate.signal);
    } finally {
      cancel();
    }
  }
}
