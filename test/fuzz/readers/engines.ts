/** What reaches the embedded engines over the network: bytes to the cache server, requests to the search engine. */
import fc from 'fast-check';
import { createRedisEngine } from '../../../local/redis/index.ts';
import { encode } from '../../../local/redis/reply.ts';
import { ProtocolError, requestReader } from '../../../local/redis/request.ts';
import { parseUrl } from '../../../local/search-engine/request.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { productIndex } from '../../support/product-index.ts';
import { type Edit, edit, mangled } from '../mangled.ts';
import { type Json, NAMES, writtenOut } from '../values.ts';
import { readingSuite } from './reading.ts';

const COMMANDS =
  'PING SET GET DEL EXISTS SCAN KEYS PTTL PEXPIREAT EXPIRE INCR MGET EVAL EVALSHA SCRIPT FLUSHALL HELLO CLIENT AUTH SELECT INFO UNLINK TTL'.split(
    ' ',
  );

const word = fc.oneof(
  fc.constantFrom(...COMMANDS),
  fc.constantFrom(
    '0',
    '-1',
    '1',
    '9'.repeat(30),
    'MATCH',
    'COUNT',
    'PX',
    'NX',
    'KEEPTTL',
    'XX',
    'k',
    ...NAMES,
  ),
  fc.constantFrom(
    'return 1',
    'return redis.call(unpack(ARGV))',
    'return {1,{2,{}}}',
    'error("x")',
    'local t={} t.t=t return t',
    'return redis.call("GET")',
    'return',
    'x=',
  ),
  fc.nat({ max: 40 }).map((times) => `k${'a*'.repeat(times)}c`),
  fc.string({ unit: 'binary', maxLength: 10 }),
);

interface RedisCase {
  readonly requests: readonly { readonly words: readonly string[]; readonly inline: boolean }[];
  readonly raw: readonly number[];
  readonly cuts: readonly number[];
}

export const redisFuzz = readingSuite<RedisCase>({
  name: 'redis',
  what: 'what is sent to the embedded cache server',
  cases: fc.record({
    requests: fc.array(
      fc.record({
        words: fc
          .tuple(fc.constantFrom(...COMMANDS), fc.array(word, { maxLength: 6 }))
          .map(([name, rest]) => [name, ...rest]),
        inline: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
    raw: fc.oneof(
      fc.constant([]),
      fc.array(fc.nat({ max: 255 }), { maxLength: 30 }),
      fc
        .constantFrom(
          '*-1\r\n',
          '*1\r\n$-1\r\n',
          '*1048577\r\n',
          '*1\r\n$999999999999\r\n',
          '$5\r\n',
          '*1\r\n:1\r\n',
          '*0\r\n',
          '*1e3\r\n',
        )
        .map((text) => [...Buffer.from(text)]),
    ),
    cuts: fc.array(fc.nat({ max: 200 }), { maxLength: 3 }),
  }),
  read({ requests, raw, cuts }) {
    const engine = createRedisEngine({ clock: new VirtualClock(1_700_000_000_000) });
    engine.execute(['SET', `k${'a'.repeat(500)}b`, 'v'].map((text) => Buffer.from(text)));
    const bytes = Buffer.concat([...requests.map(wire), Buffer.from(raw)]);
    const reader = requestReader();
    let from = 0;
    for (const cut of [...cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
      for (const words of reader.read(bytes.subarray(from, cut))) encode(engine.execute(words));
      from = cut;
    }
    return [];
  },
  refuses: (error) => error instanceof ProtocolError,
});

function wire({ words, inline }: RedisCase['requests'][number]): Buffer {
  if (inline) return Buffer.from(`${words.join(' ')}\r\n`);
  const parts = words.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
}

const BODIES: readonly Json[] = [
  {
    size: 3,
    query: {
      bool: {
        must: [{ match: { 'title.english': { query: 'tomato', operator: 'and' } } }],
        filter: [{ term: { status: 'active' } }, { range: { retailPrice: { gte: 1, lte: 9 } } }],
      },
    },
    sort: [{ createdAt: 'desc' }, { productId: 'asc' }],
    search_after: ['2026-01-01', 'p1'],
  },
  {
    query: {
      multi_match: {
        query: 'a',
        type: 'cross_fields',
        operator: 'and',
        fields: ['title.english^3', 'description.english'],
      },
    },
  },
  {
    query: { geo_distance: { distance: '5km', location: { lat: 1, lon: 2 } } },
    sort: [{ _geo_distance: { location: { lat: 1, lon: 2 }, order: 'asc', unit: 'km' } }],
  },
  {
    productId: 'p1',
    status: 'active',
    title: { english: 'Tomato' },
    location: { lat: 1, lon: 2 },
    retailPrice: 3,
    createdAt: '2026-01-01',
  },
  { docs: [{ _id: 'p1' }] },
  { actions: [{ add: { index: 'products-v1', alias: 'x' } }] },
  { analyzer: 'english', text: 'tomatoes' },
];

const path = fc.oneof(
  fc.constantFrom(
    '/products/_search',
    '/products/_doc/p1',
    '/_bulk',
    '/products/_mget',
    '/_aliases',
    '/products/_analyze',
    '/products/_count',
    '/products-v2',
    '/products/_mapping',
    '/_cluster/settings',
    '/_cat/indices',
    '/',
    '/_search',
  ),
  fc.constantFrom(
    '/products/_doc/%zz',
    '/%',
    '/__proto__',
    '/constructor/_doc/1',
    '/products/_doc/%00',
    `/products/_doc/${'x'.repeat(600)}`,
  ),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `/${text}`),
);

const query = fc.oneof(
  fc.constant(''),
  fc.constantFrom(
    '?require_alias=true',
    '?version=1&version_type=external',
    '?version=x&version_type=external',
    '?filter_path=a.*.b',
    '?size=-1',
    '?__proto__=1',
    '?filter_path=**',
    '?pretty',
    '?%zz=%zz',
  ),
);

interface SearchCase {
  readonly method: string;
  readonly url: string;
  readonly body: number;
  readonly edits: readonly Edit[];
  readonly bulk: string | null;
}

export const searchRequestsFuzz = readingSuite<readonly SearchCase[]>({
  name: 'search-requests',
  what: 'what is sent to the embedded search engine',
  cases: fc.array(
    fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH'),
      url: fc.tuple(path, query).map((parts) => parts.join('')),
      body: fc.nat({ max: BODIES.length - 1 }),
      edits: fc.array(edit, { maxLength: 3 }),
      bulk: fc.option(
        fc.constantFrom(
          '{"index":{"_id":"p1","_index":"products"}}\n',
          '{"delete":{"_id":"p1"}}\n',
          '{"index":{}}\n',
          '{"index":',
          '\n\n',
        ),
        { freq: 2 },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  read(requests) {
    const { engine, close } = productIndex(new VirtualClock(1_700_000_000_000));
    try {
      return requests.flatMap(({ method, url, body, edits, bulk }) => {
        const json = writtenOut(mangled(BODIES[body] as Json, edits));
        const text = bulk === null ? json : `${bulk}${json}\n`;
        const answer = engine.handle({ method, ...parseUrl(url), body: text });
        const isJson = answer.body === '' || typeof JSON.parse(answer.body) === 'object';
        return isJson && answer.status >= 200 && answer.status < 600
          ? []
          : [`${method} ${url}: ${answer.status}`];
      });
    } finally {
      close();
    }
  },
});
