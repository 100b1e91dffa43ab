/**
 * API Gateway's WebSocket API on this machine: the handshake waits for the authorizer and for `$connect`, each message goes to
 * its route's function, and the end of a connection to `$disconnect`. A connection can be spoken to once it is open, not before.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../shared/time/clock.ts';
import type { InvokeResult } from '../event-source-mapping/index.ts';
import { lineOf } from '../problem.ts';
import { readAuthorizerAnswer } from './authorizer-answer.ts';
import {
  type ApiIdentity,
  authorizerEvent,
  type ConnectionFacts,
  connectArn,
  connectEvent,
  disconnectEvent,
  type Moment,
  messageEvent,
} from './events.ts';
import { LIMITS, type LiveConnection, superviseConnection } from './live-connection.ts';
import { refuseUpgrade, upgradeProblem } from './refuse-upgrade.ts';
import { routeKeyOf } from './route-selection.ts';

export interface WebSocketApiSettings extends Omit<ApiIdentity, 'domainName'> {
  /** Route key to the name of its function: `$connect`, `$default`, `$disconnect` and the API's own. */
  readonly routes: Readonly<Record<string, string>>;
  /** The name of the function that authorizes `$connect`; without it everybody may connect. */
  readonly authorizer?: string;
  /** @default '$request.body.action' */
  readonly routeSelectionExpression?: string;
}

/** Undefined if there is no such function. */
export type Invoke = (functionName: string, payload: string) => Promise<InvokeResult | undefined>;

export interface WebSocketApiPorts {
  readonly clock: Clock;
  /** Unique at every call. */
  readonly newId: () => string;
  readonly newConnectionId: () => string;
  readonly invoke: Invoke;
  readonly domainName: () => string;
  /** Told what nobody can be answered any more. */
  readonly warn: (line: string) => void;
}

export interface OpenConnection {
  readonly facts: ConnectionFacts;
  readonly live: LiveConnection;
}

export interface WebSocketApi {
  readonly stage: string;
  /** Undefined for one that has ended, never was, or is still waiting for `$connect`. */
  open(connectionId: string): OpenConnection | undefined;
  connections(): readonly OpenConnection[];
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  /** Ends all connections, and waits until the functions have been told. */
  close(): Promise<void>;
}

export function createWebSocketApi(settings: WebSocketApiSettings, ports: WebSocketApiPorts): WebSocketApi {
  const { clock, newId, invoke } = ports;
  const { routes, authorizer, routeSelectionExpression = '$request.body.action' } = settings;
  const open = new Map<string, OpenConnection>();
  const underWay = new Set<Promise<void>>();
  const protocols = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.messageBytes,
    perMessageDeflate: false,
    handleProtocols: (_offered, request) => protocols.get(request) ?? false,
  });
  let closing = false;

  const moment = (): Moment => ({ nowMs: clock.now(), requestId: newId() });
  const call = (name: string, event: object) => invoke(name, JSON.stringify(event));

  function track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => ports.warn(`gateway: a connection was not served: ${lineOf(error)}`))
      .finally(() => underWay.delete(tracked));
    underWay.add(tracked);
  }

  async function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const problem = closing
      ? { status: 503, message: 'Service Unavailable' }
      : upgradeProblem(request, settings.stage);
    if (problem !== undefined) return refuseUpgrade(stream, problem);
    const asked = factsOf(request);
    const authorized = await authorize(asked, request);
    if (authorized.kind === 'refused') return refuseUpgrade(stream, authorized);
    const facts = authorized.facts;
    const refusal = await connect(facts, request);
    if (refusal !== undefined) return refuseUpgrade(stream, refusal);
    if (stream.destroyed || closing) {
      stream.destroy();
      return disconnected(facts, { code: 1006, reason: 'Connection closed abnormally' });
    }
    server.handleUpgrade(request, stream, head, (socket) => {
      const closed = Promise.withResolvers<void>();
      track(closed.promise);
      const live = superviseConnection(socket, stream, {
        clock,
        onMessage: (text) => track(message({ facts, live }, text)),
        onClosed: (closing) => {
          open.delete(facts.connectionId);
          closed.resolve(disconnected(facts, closing));
        },
      });
      open.set(facts.connectionId, { facts, live });
    });
  }

  function factsOf(request: IncomingMessage): ConnectionFacts {
    const { 'user-agent': userAgent } = request.headers;
    const { apiId, stage, region, accountId } = settings;
    return {
      api: { apiId, stage, region, accountId, domainName: ports.domainName() },
      connectionId: ports.newConnectionId(),
      connectedAtMs: clock.now(),
      identity: {
        ...(userAgent === undefined ? {} : { userAgent }),
        sourceIp: request.socket.remoteAddress ?? '',
      },
    };
  }

  async function authorize(facts: ConnectionFacts, request: IncomingMessage) {
    if (authorizer === undefined) return { kind: 'allowed', facts } as const;
    const result = await call(authorizer, authorizerEvent(facts, moment(), request));
    const reading = readAuthorizerAnswer(result, connectArn(facts.api));
    if (reading.kind === 'refused') return reading;
    return { kind: 'allowed', facts: { ...facts, authorizer: reading.context } } as const;
  }

  async function connect(facts: ConnectionFacts, request: IncomingMessage) {
    const name = routes['$connect'];
    if (name === undefined) return undefined;
    const result = await call(name, connectEvent(facts, moment(), request));
    const answer = result?.kind === 'returned' ? proxyAnswer(result.payload) : undefined;
    if (answer === undefined) return { status: 502, message: 'Internal server error' };
    if (answer.statusCode < 200 || answer.statusCode > 299)
      return { status: answer.statusCode, message: 'Refused by $connect' };
    if (answer.protocol !== undefined) protocols.set(request, answer.protocol);
    return undefined;
  }

  async function message({ facts, live }: OpenConnection, text: string): Promise<void> {
    const { connectionId } = facts;
    const at = moment();
    const chosen = routeKeyOf(routeSelectionExpression, text);
    const routeKey =
      chosen !== undefined && Object.hasOwn(routes, chosen) && !chosen.startsWith('$') ? chosen : '$default';
    const name = routes[routeKey];
    const result = name === undefined ? undefined : await call(name, messageEvent(facts, at, routeKey, text));
    if (result?.kind === 'returned') return;
    const why = name === undefined ? 'Forbidden' : 'Internal server error';
    await live.send(JSON.stringify({ message: why, connectionId, requestId: at.requestId }));
  }

  /** Best effort: what the function makes of it has no effect on a connection that has ended. */
  async function disconnected(
    facts: ConnectionFacts,
    closed: { code: number; reason: string },
  ): Promise<void> {
    const name = routes['$disconnect'];
    if (name !== undefined) await call(name, disconnectEvent(facts, moment(), closed));
  }

  return {
    stage: settings.stage,
    open: (connectionId) => open.get(connectionId),
    connections: () => [...open.values()],
    upgrade(request, stream, head) {
      track(
        upgrade(request, stream, head).catch((error: unknown) => {
          stream.destroy();
          throw error;
        }),
      );
    },
    async close() {
      closing = true;
      for (const { live } of open.values()) live.end({ code: 1001, reason: 'Going away' });
      for (const socket of server.clients) socket.terminate();
      while (underWay.size > 0) await Promise.allSettled(underWay);
      server.close();
    },
  };
}

/** What a Lambda proxy integration must answer; undefined for anything else. */
function proxyAnswer(payload: unknown): { statusCode: number; protocol: string | undefined } | undefined {
  if (typeof payload !== 'object' || payload === null || !('statusCode' in payload)) return undefined;
  const statusCode = Number(payload.statusCode);
  if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 599) return undefined;
  const headers = 'headers' in payload && typeof payload.headers === 'object' ? (payload.headers ?? {}) : {};
  const protocol = Object.entries(headers).find(([name]) => /^sec-websocket-protocol$/i.test(name))?.[1];
  return { statusCode, protocol: typeof protocol === 'string' ? protocol : undefined };
}
