/**
 * What happens when a connection is made, speaks and ends. A connection that was made has its row, so that it is pushed to;
 * whatever a client sends, it harms nobody and is answered, or the connection is ended.
 */
import type { LanguageKey } from '../../shared/languages.ts';
import { failureOf } from '../../shared/stream/failure-of.ts';
import type { Failure } from '../../shared/stream/outcome.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { ConnectionsApi } from './connections-api.ts';
import { type Connection, readEvent } from './event.ts';
import { inboxFrame, readFrame, unknownFrame } from './frame.ts';
import type { ReadInbox } from './inbox.ts';
import { endsAtMs, sessionRow } from './session.ts';
import type { ReadLanguage, Sessions } from './session-table.ts';
import { offersOurProtocol, SUBPROTOCOL } from './token-place.ts';

export interface RoutePorts {
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly readLanguage: ReadLanguage;
  readonly readInbox: ReadInbox;
  readonly api: ConnectionsApi;
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
  | 'LanguageNotRead'
  | 'ReplyNotSent';

export interface RouteAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A profile that cannot be read in this time holds up no connection, ms: who pushes reads it again. */
const LANGUAGE_MS = 2_000;

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
        if (!offersOurProtocol(route.headers)) return { statusCode: 400 };
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
    const tooLate = new AbortController();
    const cancel = clock.after(LANGUAGE_MS, () => tooLate.abort());
    try {
      return await ports.readLanguage(userId, tooLate.signal);
    } catch (error) {
      notice('LanguageNotRead', failureOf(error));
      return undefined;
    } finally {
      cancel();
    }
  }

  async function message(connection: Connection, body: string): Promise<void> {
    const now = clock.now();
    if (now >= endsAtMs(connection)) {
      notice('Expired');
      await sessions.remove(connection);
      await reply(ports.api.end(connection.id));
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
      await reply(ports.api.post(connection.id, unknownFrame));
      return;
    }
    // The first message is a greeting, whatever it says.
    const inbox = await ports.readInbox(connection.userId, now);
    await reply(ports.api.post(connection.id, inboxFrame(inbox, endsAtMs(connection))));
  }

  /** The connection may end at any time, and an answer that is lost is asked for again by the next ping. */
  async function reply(sent: Promise<unknown>): Promise<void> {
    try {
      await sent;
    } catch (error) {
      notice('ReplyNotSent', failureOf(error));
    }
  }
}
