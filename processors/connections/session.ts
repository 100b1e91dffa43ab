/** The row of a live session: what it holds, and how long it counts as live. */
import type { LanguageKey } from '../../shared/languages.ts';
import type { Connection } from './event.ts';

/**
 * A client that says nothing for 10 minutes is disconnected (developer guide, "Quotas for configuring and running a WebSocket
 * in API Gateway"); the rest is for a ping that is on its way.
 */
export const LIVE_AFTER_ACTIVITY_MS = 15 * 60_000;

/** No connection lasts longer (same page). */
export const LONGEST_CONNECTION_MS = 2 * 3600_000;

/** Of the client's own description of itself, which can have any length. */
const MAX_USER_AGENT_CHARACTERS = 256;

export interface SessionRow {
  readonly PK: string;
  readonly SK: string;
  readonly user_id: string;
  /** ISO 8601. */
  readonly last_activity: string;
  /** ISO 8601. */
  readonly connected_at: string;
  readonly device_info: { readonly user_agent: string };
  /** Absent if the profile names none that is in the table of languages. */
  readonly language?: LanguageKey;
  /** Seconds since the epoch; whoever pushes skips a row whose time has come. */
  readonly ttl: number;
}

export function sessionKey({ id, userId }: Pick<Connection, 'id' | 'userId'>): { PK: string; SK: string } {
  return { PK: `SESSION#${id}`, SK: `USER#${userId}` };
}

export function sessionRow(
  connection: Connection,
  language: LanguageKey | undefined,
  nowMs: number,
): SessionRow {
  return {
    ...sessionKey(connection),
    user_id: connection.userId,
    ...activity(connection, nowMs),
    connected_at: new Date(connection.connectedAtMs).toISOString(),
    device_info: {
      user_agent: (connection.userAgent ?? '')
        .replaceAll(/\p{Cc}/gu, ' ')
        .slice(0, MAX_USER_AGENT_CHARACTERS),
    },
    ...(language === undefined ? {} : { language }),
  };
}

/** What a sign of life changes. */
export function activity(connection: Connection, nowMs: number): Pick<SessionRow, 'last_activity' | 'ttl'> {
  return {
    last_activity: new Date(nowMs).toISOString(),
    ttl: Math.floor(Math.min(nowMs + LIVE_AFTER_ACTIVITY_MS, endsAtMs(connection)) / 1000),
  };
}

/** A session lives no longer than its connection may, nor than the token that opened it. */
export function endsAtMs({ connectedAtMs, tokenExpiresAtMs }: Connection): number {
  return Math.min(connectedAtMs + LONGEST_CONNECTION_MS, tokenExpiresAtMs);
}
