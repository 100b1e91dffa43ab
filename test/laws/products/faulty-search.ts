/** The embedded search engine behind the real client, with a fate for each request; a dead process sends and hears nothing more. */
import { EventEmitter } from 'node:events';
import { Client, Connection, errors } from '@opensearch-project/opensearch';
import type { VirtualClock } from '../../../local/virtual-clock.ts';
import type { Fate } from './faults.ts';

/** The engine's door: method, path with query, body; answers in JSON text. */
export type Engine = (
  method: string,
  url: string,
  body: string,
) => { readonly status: number; readonly json: string };

export interface SearchWire {
  readonly clock: VirtualClock;
  readonly engine: Engine;
  /** Called for each request as it is sent. */
  fate(): Fate;
  latencyMs(): number;
  /** Called with each request's body. */
  watch(body: string): void;
  /** False once the process that holds the connection has died. */
  alive(): boolean;
}

/** Late requests land within the half of a tombstone's life that is left to them. */
const LATE_MS = 24_000;

type Callback = (error: Error | null, response: unknown) => void;

export function faultyClient(wire: SearchWire): Client {
  class FaultyConnection extends Connection {
    override request(params: never, callback: never) {
      return start(wire, params, callback) as never;
    }
  }
  return new Client({ node: 'http://search.invalid', maxRetries: 0, Connection: FaultyConnection });
}

interface Params {
  readonly method: string;
  readonly path: string;
  readonly querystring?: string;
  readonly body?: string;
}

function start(wire: SearchWire, params: Params, callback: Callback): { abort(): void } {
  const { method, path, querystring = '', body = '' } = params;
  const url = querystring === '' ? path : `${path}?${querystring}`;
  const { clock, engine } = wire;
  const fate = wire.fate();
  wire.watch(body);
  let open = true;
  const end = (error: Error | null, response: unknown) => {
    if (!open || !wire.alive()) return;
    open = false;
    callback(error, response);
  };
  const answer = (status: number, json: string) => end(null, responseOf(status, json));
  const reset = () => end(new errors.ConnectionError('socket hang up', {} as never), null);
  const run = (text = body) => engine(method, url, text);
  clock.after(wire.latencyMs(), () => {
    switch (fate) {
      case 'ok': {
        const { status, json } = run();
        return answer(status, json);
      }
      case 'reset-before':
        return reset();
      case 'reset-after':
        run();
        return reset();
      case 'late-landing':
        clock.after(LATE_MS, () => run());
        return;
      case 'lost':
        return;
      case 'queue-full':
        return answer(429, errorJson(429, 'rejected_execution_exception'));
      case 'unavailable':
        return answer(503, errorJson(503, 'unavailable_shards_exception'));
      case 'partly-refused':
        return path.endsWith('_bulk')
          ? answer(200, partlyRefused(body, run))
          : answer(429, errorJson(429, 'rejected'));
    }
  });
  return { abort: () => end(new errors.RequestAbortedError('Request aborted'), null) };
}

function errorJson(status: number, type: string): string {
  return JSON.stringify({ error: { type, reason: 'injected' }, status });
}

/** Sends every other operation on, and refuses the rest as a full queue does. */
function partlyRefused(body: string, run: (text: string) => { json: string }): string {
  const lines = body.split('\n').filter((line) => line !== '');
  const operations: string[][] = [];
  for (const line of lines) {
    if (/^\{"(index|delete)":/.test(line)) operations.push([line]);
    else operations.at(-1)?.push(line);
  }
  const sent = operations.filter((_, index) => index % 2 === 0);
  const answered = JSON.parse(run(`${sent.flat().join('\n')}\n`).json).items as unknown[];
  const refused = {
    index: { status: 429, error: { type: 'rejected_execution_exception', reason: 'injected' } },
  };
  return JSON.stringify({
    errors: true,
    items: operations.map((_, index) => (index % 2 === 0 ? answered[index / 2] : refused)),
  });
}

/** As much of an HTTP response as the client's transport reads. */
function responseOf(status: number, json: string) {
  const response = Object.assign(new EventEmitter(), {
    statusCode: status,
    headers: { 'content-type': 'application/json' },
    setEncoding() {},
    destroy() {},
  });
  queueMicrotask(() => {
    response.emit('data', json);
    response.emit('end');
  });
  return response;
}
