/** What the tests of this folder share: an engine on a virtual clock with a small index, and short ways to ask it. */
import { VirtualClock } from '../virtual-clock.ts';
import { createSearchEngine, type HandleOptions } from './engine.ts';
import { parseUrl } from './request.ts';

export interface Reply {
  readonly status: number;
  // Tests look at answers of every shape.
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Every type of field, strict. */
export const mappings = {
  dynamic: 'strict',
  properties: {
    name: { type: 'keyword' },
    title: { properties: { english: { type: 'text' }, hindi: { type: 'text' } } },
    price: { type: 'double' },
    count: { type: 'integer' },
    total: { type: 'long' },
    day: { type: 'date' },
    open: { type: 'boolean' },
    place: { type: 'geo_point' },
    eventId: { type: 'keyword', index: false, doc_values: false },
    anything: { type: 'object', enabled: false },
  },
};

export interface TestEngineOptions {
  readonly settings?: object;
  readonly file?: string;
  readonly clock?: VirtualClock;
}

/** An engine with the index `things-v1` behind the alias `things`, unless its file holds one already. */
export function testEngine({
  settings = {},
  file,
  clock = new VirtualClock(1_000_000),
}: TestEngineOptions = {}) {
  const engine = createSearchEngine({ clock, ...(file !== undefined && { file }) });
  function call(method: string, url: string, body: unknown = '', options: HandleOptions = {}): Reply {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = engine.handle({ method, ...parseUrl(url), body: text }, options);
    return {
      status: answer.status,
      body: answer.body === '' ? {} : JSON.parse(answer.body),
      text: answer.body,
    };
  }
  const bulk = (...lines: readonly (string | object)[]): Reply =>
    call('POST', '/things/_bulk', ndjson(...lines));
  const search = (body: object): Reply => call('POST', '/things/_search', body);
  if (call('HEAD', '/things').status === 404) {
    call('PUT', '/things-v1', { settings, mappings, aliases: { things: {} } });
  }
  return { engine, clock, call, bulk, search, close: () => engine.close() };
}

export const ndjson = (...lines: readonly (string | object)[]): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

/** Action lines with a strict external version, as the projection writes them. */
export const index = (id: string, version?: number): object => ({ index: { _id: id, ...external(version) } });
export const remove = (id: string, version?: number): object => ({
  delete: { _id: id, ...external(version) },
});

const external = (version: number | undefined): object =>
  version === undefined ? {} : { version, version_type: 'external' };

type Item = Readonly<Record<string, unknown>> & {
  readonly error?: { readonly type: string; readonly reason: string };
};

/** The answers of a bulk's items, whatever their action. */
export function items({ body }: Reply): Item[] {
  return (body['items'] as Record<string, Item>[]).flatMap((item) => Object.values(item));
}

export const statuses = (reply: Reply): unknown[] => items(reply).map((item) => item['status']);

interface Hit {
  readonly _id: string;
  readonly sort?: readonly unknown[];
  readonly _source?: unknown;
}

export const hits = ({ body }: Reply): readonly Hit[] => (body['hits'] as { hits: Hit[] }).hits;

export const ids = (reply: Reply): string[] => hits(reply).map((hit) => hit._id);

export const errorType = ({ body }: Reply): unknown => (body['error'] as { type?: unknown }).type;
