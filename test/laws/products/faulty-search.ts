/** The real client on the embedded engine, with a fate for each request; a dead process sends and hears nothing more. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Client } from '@opensearch-project/opensearch';
import {
  answeredLate,
  type Delivery,
  dropped,
  EngineError,
  inProcessConnection,
  isBulk,
  landedLate,
  queueFull,
  type Request,
  refused,
  reset,
  type SearchEngine,
  unavailable,
} from '../../../local/search-engine/index.ts';
import { createSearchClient } from '../../../shared/search/client.ts';
import type { Fate } from './faults.ts';

export interface SearchWire {
  readonly engine: SearchEngine;
  /** Called for each request as it is sent. */
  fate(): Fate;
  latencyMs(): number;
  watch(request: Request): void;
  /** False once the process that holds the connection has died. */
  alive(): boolean;
}

/** Late requests land within the half of a tombstone's life that is left to them; an answer that is as late is not waited for. */
const LATE_MS = 24_000;

export function faultyClient(wire: SearchWire): Client {
  let drawn: Fate = 'ok';
  const InProcess = inProcessConnection(wire.engine, (request) => {
    wire.watch(request);
    drawn = wire.fate();
    return delivery(drawn, wire.latencyMs(), request);
  });
  class MortalConnection extends InProcess {
    override request(...[params, callback]: Parameters<InstanceType<typeof InProcess>['request']>) {
      const sent = super.request(params, (error, response) => {
        if (wire.alive()) callback(error, response && spoil ? spoiled(response, spoil) : response);
      });
      const spoil = SPOILED_ANSWERS[drawn];
      return sent;
    }
  }
  return createSearchClient({ endpoint: 'http://embedded', signing: 'none', Connection: MortalConnection });
}

function delivery(fate: Fate, afterMs: number, request: Request): Delivery {
  switch (fate) {
    case 'ok':
    case 'cut-answer':
    case 'empty-answer':
    case 'short-answer':
    case 'proxy-502':
    case 'proxy-400':
    case 'partly-unread':
      return { kind: 'landed', afterMs };
    case 'reset-before':
      return reset;
    case 'reset-after':
      return { kind: 'landed', afterMs, notice: 'reset' };
    case 'late-landing':
      return landedLate(LATE_MS);
    case 'late-answer':
      return answeredLate(LATE_MS);
    case 'lost':
      return dropped;
    case 'queue-full':
      return refused(queueFull());
    case 'unavailable':
      return refused(unavailable());
    case 'denied':
      return refused(new EngineError(403, { type: 'security_exception', reason: 'no permissions for it' }));
    case 'whole-refused':
      return holdsSeveral(request) ? refused(tooLarge()) : { kind: 'landed', afterMs };
    case 'partly-refused':
      return everyOtherRefused(afterMs);
  }
}

/** One operation alone is never too large: it would be refused for ever, and be poison. */
function holdsSeveral(request: Request): boolean {
  return isBulk(request) && [...request.body.matchAll(/^\{"(?:index|delete)":\{"_id"/gm)].length > 1;
}

const tooLarge = () =>
  new EngineError(413, { type: 'content_too_long_exception', reason: 'entity too large' });

type Spoil = (answer: { statusCode: number; body: string }) => { statusCode: number; body: string };

/** What reaches the client of an answer, of a request that was carried out. */
const SPOILED_ANSWERS: Partial<Record<Fate, Spoil>> = {
  'cut-answer': ({ statusCode, body }) => ({ statusCode, body: body.slice(0, body.length / 2) }),
  'empty-answer': ({ statusCode }) => ({ statusCode, body: '{}' }),
  'short-answer': (answer) => changedList(answer, (list) => list.slice(0, list.length / 2)),
  'partly-unread': (answer) =>
    changedList(answer, (list, name) =>
      name === 'items' ? list : list.map((one, index) => (index % 2 === 1 ? UNREAD : one)),
    ),
  'proxy-502': () => ({ statusCode: 502, body: '<html>Bad Gateway</html>' }),
  'proxy-400': () => ({ statusCode: 400, body: '<html>Bad Request</html>' }),
};

const UNREAD = { error: { type: 'no_shard_available_action_exception', reason: 'No shard available' } };

function changedList(
  answer: Parameters<Spoil>[0],
  change: (list: readonly unknown[], name: 'items' | 'docs') => readonly unknown[],
): ReturnType<Spoil> {
  const body = answer.body === '' ? {} : JSON.parse(answer.body);
  for (const name of ['items', 'docs'] as const)
    if (Array.isArray(body[name])) body[name] = change(body[name], name);
  // A search with a shard that does not answer.
  if (body.hits !== undefined) {
    body.hits.hits = change(body.hits.hits, 'docs');
    body._shards.failed = 1;
  }
  return { ...answer, body: JSON.stringify(body) };
}

function spoiled(response: IncomingMessage, spoil: Spoil): IncomingMessage {
  const whole = { statusCode: response.statusCode ?? 0, body: String(response.read() ?? '') };
  const { statusCode, body } = spoil(whole);
  const headers = body.startsWith('<') ? { 'content-type': 'text/html' } : response.headers;
  return Object.assign(Readable.from([Buffer.from(body)]), {
    statusCode,
    headers,
  }) as unknown as IncomingMessage;
}

function everyOtherRefused(afterMs: number): Delivery {
  let items = 0;
  return { kind: 'landed', afterMs, refuseItem: () => (items++ % 2 === 1 ? queueFull() : undefined) };
}
