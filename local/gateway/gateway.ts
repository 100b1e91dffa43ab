/**
 * One HTTP server in the place of three services: API Gateway's WebSocket API with `@connections`, Amazon SES v2's `SendEmail`,
 * and Lambda's `Invoke` and event source mappings. It knows no function and no table: all it does beyond its protocols goes through what it is given.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../shared/time/clock.ts';
import { lineOf } from '../problem.ts';
import type { RunningMapping } from '../streams/running-mapping.ts';
import { type ConnectionsFault, connectionsEndpoint } from './connections-endpoint.ts';
import { developmentEndpoint } from './development-endpoints.ts';
import { type EmailFault, emailEndpoint } from './email-endpoint.ts';
import { awsError, type HttpAnswer, type HttpRequest, readRequest, sendAnswer } from './http.ts';
import { invokeEndpoint } from './invoke-endpoint.ts';
import { mappingsEndpoint } from './mappings-endpoint.ts';
import { createOutbox, type Mail } from './outbox.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { isOfThisMachine } from './same-machine.ts';
import type { TokenIssuer } from './token-issuer.ts';
import {
  createWebSocketApi,
  type Invoke,
  type OpenConnection,
  type WebSocketApiSettings,
} from './websocket-api.ts';

export interface GatewayOptions {
  readonly clock: Clock;
  /** Runs a function of the local run; answers undefined if there is none of that name. */
  readonly invoke: Invoke;
  /** Asked at each request. @default none */
  readonly mappings?: () => readonly RunningMapping[];
  /** Without it there is no WebSocket API. */
  readonly webSocketApi?: WebSocketApiSettings;
  /** Without it no tokens are made here. */
  readonly issuer?: TokenIssuer;
  /** Where mails are kept as files. */
  readonly outboxFolder?: string;
  /** Told of each mail that is sent, whole. */
  readonly onMail?: (mail: Mail) => void;
  /** @default 0, any that is free */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  readonly faults?: { readonly connections?: ConnectionsFault; readonly email?: EmailFault };
  /** @default randomUUID */
  readonly newId?: () => string;
  /** In API Gateway's form: 11 bytes in base64. @default random ones */
  readonly newConnectionId?: () => string;
  /** Told what went wrong here, in one line. */
  readonly warn: (line: string) => void;
}

export interface Gateway {
  /** What `AWS_ENDPOINT_URL_SESV2` and `AWS_ENDPOINT_URL_LAMBDA` are set to. */
  readonly url: string;
  /** What clients connect to. */
  readonly wsUrl: string;
  /** Of the `@connections` API: what functions get as `WEBSOCKET_ENDPOINT`. */
  readonly connectionsUrl: string;
  /** The latest 10,000 that were sent; only the latest 500 with their texts. */
  mails(): readonly Mail[];
  connections(): readonly OpenConnection[];
  /** Ends the connections, waits until `$disconnect` has been told of each, and stops listening. */
  close(): Promise<void>;
}

/** Clients that were cut off come back all at once: Node lets 511 wait to be taken, and the others would try again seconds later. */
const MOST_WAITING = 4_096;

/** @throws the system's error when the port cannot be had, e.g. `EADDRINUSE`; Problem when the outbox's folder cannot be used */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { clock, invoke, host = '127.0.0.1', newId = randomUUID, newConnectionId = connectionId } = options;
  const outbox = createOutbox(options.outboxFolder, options.onMail);
  let address = '';
  const api =
    options.webSocketApi &&
    createWebSocketApi(options.webSocketApi, {
      clock,
      newId,
      newConnectionId,
      invoke,
      domainName: () => address,
      warn: options.warn,
    });
  const mappings = options.mappings ?? (() => []);
  const connectionsFault = options.faults?.connections ?? (() => undefined);
  const emailPorts = { clock, newId, outbox, fault: options.faults?.email ?? (() => undefined) };

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      if (!incoming.errored) options.warn(`gateway: ${incoming.method} failed: ${lineOf(error)}`);
      outgoing.destroy();
    });
  });
  server.on('upgrade', (request, stream, head) => {
    // A client that goes away while functions are asked must not end the process.
    stream.on('error', () => stream.destroy());
    if (!isOfThisMachine(request.headers, host))
      refuseUpgrade(stream, { status: 403, message: 'Forbidden to other origins' });
    else if (api === undefined) stream.destroy();
    else api.upgrade(request, stream, head);
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (!isOfThisMachine(incoming.headers, host)) {
      incoming.resume();
      sendAnswer(outgoing, awsError(403, 'ForbiddenException', 'Forbidden to other origins'));
      return;
    }
    const request = await readRequest(incoming);
    if (request === undefined) {
      sendAnswer(outgoing, awsError(413, 'PayloadTooLargeException', 'Request is too large'));
      return;
    }
    const answer = await answerTo(request);
    if (answer === undefined) outgoing.destroy();
    else sendAnswer(outgoing, answer);
  }

  async function answerTo(request: HttpRequest): Promise<HttpAnswer | undefined> {
    const [first, second, third, fourth] = request.path;
    const { length } = request.path;
    if (
      api !== undefined &&
      length === 3 &&
      first === api.stage &&
      second === '@connections' &&
      third !== undefined
    )
      return connectionsEndpoint(api, request, third, connectionsFault);
    if (length === 3 && first === 'v2' && second === 'email' && third === 'outbound-emails')
      return emailEndpoint(request, emailPorts);
    if (
      length === 4 &&
      first === '2015-03-31' &&
      second === 'functions' &&
      third !== undefined &&
      fourth === 'invocations'
    )
      return invokeEndpoint(request, third, invoke);
    if (length <= 3 && length >= 2 && first === '2015-03-31' && second === 'event-source-mappings')
      return mappingsEndpoint(request, third, mappings());
    if (length === 2 && first === 'local' && second !== undefined)
      return developmentEndpoint(request, second, { issuer: options.issuer, outbox, api, mappings });
    return awsError(
      404,
      'UnknownOperationException',
      `not served here: ${request.method} /${request.path.join('/').slice(0, 100)}`,
    );
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port ?? 0, host, backlog: MOST_WAITING }, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const stage = api?.stage ?? '';
  return {
    url: `http://${address}`,
    wsUrl: `ws://${address}/${stage}`,
    connectionsUrl: `http://${address}/${stage}`,
    mails: () => outbox.mails(),
    connections: () => api?.connections() ?? [],
    async close() {
      await api?.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function connectionId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}
