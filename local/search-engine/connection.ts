/** Lets an OpenSearch client talk to the engine without a socket: for tests, on a virtual clock. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Connection, errors } from '@opensearch-project/opensearch';
import { deliver } from './deliver.ts';
import type { EngineAnswer, SearchEngine } from './engine.ts';
import type { Intercept } from './faults.ts';
import { parseUrl } from './request.ts';

type RequestParameters = Parameters<Connection['request']>[0];

type Callback = Parameters<Connection['request']>[1];

/**
 * A class for the client's option `Connection`; any `node` URL will do.
 *
 * The client's time-outs run on the engine's clock, and its aborts are heard; as with a real network, neither takes back
 * a request that is on its way.
 *
 * @example
 * new Client({ node: 'http://embedded', Connection: inProcessConnection(engine, times(1, reset)) })
 */
export function inProcessConnection(engine: SearchEngine, intercept?: Intercept): typeof Connection {
  return class InProcessConnection extends Connection {
    override request(parameters: RequestParameters, callback: Callback): ClientRequest {
      let settled = false;
      const settle = (error: Error | null, response: IncomingMessage | null): void => {
        if (settled) return;
        settled = true;
        cancelTimeout();
        ignoreNotice();
        callback(error, response);
      };
      const cancelTimeout = parameters.timeout
        ? engine.clock.after(parameters.timeout, () => settle(timedOut(), null))
        : () => {};
      const url = parameters.querystring
        ? `${parameters.path}?${parameters.querystring}`
        : String(parameters.path);
      const request = {
        method: parameters.method ?? 'GET',
        ...parseUrl(url),
        body: readBody(parameters.body),
      };
      const ignoreNotice = deliver(engine, request, intercept, (notice) => {
        if (notice.kind === 'answer') settle(null, toResponse(notice.answer));
        else settle(new errors.ConnectionError('read ECONNRESET'), null);
      });
      const abort = (): void => settle(new errors.RequestAbortedError('Request aborted'), null);
      // The client calls nothing but `abort`.
      return { abort } as unknown as ClientRequest;
    }

    override close(callback: () => void = () => {}): this {
      callback();
      return this;
    }
  };
}

/** The transport puts its own `meta` in, as it does for every error of a connection. */
const timedOut = (): Error =>
  new errors.TimeoutError('Request timed out', undefined as unknown as errors.TimeoutError['meta']);

function readBody(body: unknown): string {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  if (Buffer.isBuffer(body)) return body.toString();
  throw new TypeError('the in-process connection takes a body as text, not as a stream');
}

function toResponse({ status, body, headers }: EngineAnswer): IncomingMessage {
  const response = new Readable({ read() {} });
  if (body !== '') response.push(body);
  response.push(null);
  return Object.assign(response, { statusCode: status, headers }) as unknown as IncomingMessage;
}
