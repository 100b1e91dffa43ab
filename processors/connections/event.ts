/** What API Gateway tells about a connection, checked; who it belongs to comes from the authorizer and from nowhere else. */
import * as z from 'zod/mini';

/** The last moment that a date can be (ECMAScript, "Time Values and Time Range"). */
const LAST_MS = 8.64e15;

/**
 * Developer guide, "Set up data mapping for WebSocket APIs" (`$context` variables); `authorizer` is there on every route,
 * because API Gateway keeps what the authorizer answered at `$connect`. Its values arrive as text.
 */
const requestContext = z.object({
  eventType: z.enum(['CONNECT', 'MESSAGE', 'DISCONNECT']),
  connectionId: z.string().check(z.minLength(1)),
  /** Milliseconds since the epoch. */
  connectedAt: z.number().check(z.gte(0), z.lte(LAST_MS)),
  identity: z.optional(z.nullable(z.object({ userAgent: z.optional(z.nullable(z.string())) }))),
  authorizer: z.optional(
    z.nullable(z.object({ principalId: z.string(), tokenExpiresAt: z.coerce.number() })),
  ),
});

/** @param seconds since the epoch */
function isMoment(seconds: number): boolean {
  return Number.isSafeInteger(seconds) && seconds >= 0 && seconds * 1000 <= LAST_MS;
}

const webSocketEvent = z.object({
  requestContext,
  headers: z.optional(z.nullable(z.record(z.string(), z.string()))),
  body: z.optional(z.nullable(z.string())),
});

export interface Connection {
  readonly id: string;
  /** Without `USER#`. */
  readonly userId: string;
  readonly connectedAtMs: number;
  /** When the token that opened it ends, ms since the epoch. */
  readonly tokenExpiresAtMs: number;
  readonly userAgent: string | undefined;
}

export type RouteEvent =
  /** The route has no authorizer, or its answer did not come along: nobody's connection. */
  | { readonly kind: 'unauthorized' }
  | {
      readonly kind: 'connect';
      readonly connection: Connection;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'message'; readonly connection: Connection; readonly body: string }
  | { readonly kind: 'disconnect'; readonly connection: Connection };

/** @throws if the event is not API Gateway's */
export function readEvent(event: unknown): RouteEvent {
  const { requestContext: context, headers, body } = z.parse(webSocketEvent, event);
  const { authorizer } = context;
  if (!authorizer || authorizer.principalId === '' || !isMoment(authorizer.tokenExpiresAt))
    return { kind: 'unauthorized' };
  const connection: Connection = {
    id: context.connectionId,
    userId: authorizer.principalId,
    connectedAtMs: context.connectedAt,
    tokenExpiresAtMs: authorizer.tokenExpiresAt * 1000,
    userAgent: context.identity?.userAgent ?? undefined,
  };
  switch (context.eventType) {
    case 'CONNECT':
      return { kind: 'connect', connection, headers: headers ?? {} };
    case 'MESSAGE':
      return { kind: 'message', connection, body: body ?? '' };
    case 'DISCONNECT':
      return { kind: 'disconnect', connection };
  }
}
