/**
 * The events that API Gateway's WebSocket API sends to functions, member by member as AWS sends them (shapes: developer guide,
 * "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers" and "Set up data mapping for WebSocket APIs"; the
 * `$disconnect` headers and close codes as published from live APIs).
 */
import type { IncomingMessage } from 'node:http';

export interface ApiIdentity {
  readonly apiId: string;
  readonly stage: string;
  readonly region: string;
  readonly accountId: string;
  /** Host of the API, with its port here. */
  readonly domainName: string;
}

/** What an authorizer's answer leaves with the connection: text, and the principal. */
export type AuthorizerContext = Readonly<Record<string, string>>;

export interface ConnectionFacts {
  readonly api: ApiIdentity;
  readonly connectionId: string;
  /** Milliseconds since the epoch. */
  readonly connectedAtMs: number;
  readonly identity: { readonly sourceIp: string; readonly userAgent?: string };
  readonly authorizer?: AuthorizerContext;
}

/** One event's own: when, and under which ids. */
export interface Moment {
  readonly nowMs: number;
  readonly requestId: string;
}

export function connectEvent(facts: ConnectionFacts, moment: Moment, request: IncomingMessage) {
  return {
    ...handshake(request),
    requestContext: requestContext(facts, moment, '$connect', 'CONNECT'),
    isBase64Encoded: false,
  };
}

export function authorizerEvent(facts: ConnectionFacts, moment: Moment, request: IncomingMessage) {
  return {
    type: 'REQUEST',
    methodArn: connectArn(facts.api),
    ...handshake(request),
    stageVariables: {},
    requestContext: requestContext(facts, moment, '$connect', 'CONNECT'),
  };
}

export function messageEvent(facts: ConnectionFacts, moment: Moment, routeKey: string, body: string) {
  const context = requestContext(facts, moment, routeKey, 'MESSAGE');
  return {
    requestContext: { ...context, messageId: moment.requestId },
    body,
    isBase64Encoded: false,
  };
}

export function disconnectEvent(
  facts: ConnectionFacts,
  moment: Moment,
  closed: { readonly code: number; readonly reason: string },
) {
  const headers = { Host: facts.api.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  return {
    headers,
    multiValueHeaders: multiValue(Object.entries(headers)),
    requestContext: {
      ...requestContext(facts, moment, '$disconnect', 'DISCONNECT'),
      disconnectStatusCode: closed.code,
      disconnectReason: closed.reason,
    },
    isBase64Encoded: false,
  };
}

export function connectArn({ region, accountId, apiId, stage }: ApiIdentity): string {
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/$connect`;
}

function requestContext(facts: ConnectionFacts, moment: Moment, routeKey: string, eventType: string) {
  return {
    routeKey,
    ...(facts.authorizer === undefined ? {} : { authorizer: facts.authorizer }),
    eventType,
    extendedRequestId: moment.requestId,
    requestTime: commonLogTime(moment.nowMs),
    messageDirection: 'IN',
    stage: facts.api.stage,
    connectedAt: facts.connectedAtMs,
    requestTimeEpoch: moment.nowMs,
    identity: facts.identity,
    requestId: moment.requestId,
    domainName: facts.api.domainName,
    connectionId: facts.connectionId,
    apiId: facts.api.apiId,
  };
}

/** Members for a query string are there only if the URL has one. */
function handshake(request: IncomingMessage) {
  const headers = rawHeaders(request);
  const query = [...new URL(request.url ?? '/', 'http://localhost').searchParams];
  return {
    headers: Object.fromEntries(headers),
    multiValueHeaders: multiValue(headers),
    ...(query.length === 0
      ? {}
      : {
          queryStringParameters: Object.fromEntries(query),
          multiValueQueryStringParameters: multiValue(query),
        }),
  };
}

/** Header names keep the client's spelling; what belongs to the hop is not handed on. */
function rawHeaders({ rawHeaders: raw }: IncomingMessage): [name: string, value: string][] {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!/^(connection|upgrade)$/i.test(name)) headers.push([name, raw[index + 1] ?? '']);
  }
  return headers;
}

function multiValue(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `13/Dec/2020:10:17:47 +0000` */
function commonLogTime(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}
