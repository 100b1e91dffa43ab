/** Stages are checked before anything is built from them. */
import { expect, test } from 'vitest';
import { checkStage } from './stage-schema.ts';
import { stageOf } from './stages.ts';

const dev = stageOf('dev');

test.each(['dev', 'staging', 'prod'])('%s is a stage', (name) => {
  expect(stageOf(name).name).toBe(name);
});

test('a stage that does not exist is refused in one line that names those that do', () => {
  expect(() => stageOf('production')).toThrow('"production" is not a stage; use one of dev, staging, prod');
  expect(() => stageOf('toString')).toThrow('is not a stage');
});

test('only dev may lose its data, and only prod refuses to delete its tables', () => {
  expect(['dev', 'staging', 'prod'].map((name) => stageOf(name).data)).toEqual([
    'destroy',
    'retain',
    'retain',
  ]);
  expect(['dev', 'staging', 'prod'].map((name) => stageOf(name).deletionProtection)).toEqual([
    false,
    false,
    true,
  ]);
});

test('a field whose name is no line is named in one line all the same', () => {
  expect(() => checkStage({ ...dev, 'search\nname': 1 })).toThrow(/^infra\/stages\.ts: .*search\\nname.*$/);
});

test('every wrong value of a stage is named, all in one line', () => {
  const wrong = {
    ...dev,
    tablePrefix: 'Staging_',
    logRetentionDays: 6,
    notBefore: { bids: '2026-03-17' },
    search: { ...dev.search, instanceCount: 3, zones: 2 },
    webSocket: { ...dev.webSocket, userPool: { id: 'pool', clientId: 'client' } },
    mail: {
      ...dev.mail,
      sender: 'Bookings <a@b>',
      currency: '$',
      timeZone: 'Toronto',
      bookingUrl: 'http://b',
    },
    cache: { ...dev.cache, nodes: 2 },
    tables: { existing: ['orders'] },
    alarms: { ...dev.alarms, emails: ['ops'] },
    streams: {
      ...dev.streams,
      products: { ...dev.streams.products, attempts: 3 },
      bids: { ...dev.streams.bids, batchSize: 20_000 },
      bookings: { ...dev.streams.bookings, timeoutSeconds: 10 },
    },
  };
  const complaint = (() => {
    try {
      checkStage(wrong);
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return '';
  })();
  for (const field of [
    'tablePrefix',
    'logRetentionDays',
    'notBefore.bids',
    'search.instanceCount',
    'webSocket.userPool.id',
    'mail.sender',
    'mail.currency',
    'mail.timeZone',
    'mail.bookingUrl',
    'cache.zones',
    'tables',
    'alarms.emails.0',
    'streams.products',
    'streams.bids',
    'streams.bookings',
  ])
    expect(complaint).toContain(`${field}: `);
  expect(complaint).not.toContain('\n');
});

test.each(['2026-03-17T00:00:00Z', '2026-03-17T05:30:00+05:30'])('%s is a moment to begin at', (moment) => {
  const start = { bids: moment, conversations: moment, bookings: moment };
  expect(checkStage({ ...stageOf('dev'), notBefore: start }).notBefore).toEqual(start);
});

test.each(['', '2026-03-17', '2026-03-17T00:00:00', '2026-03-17T00:00:00.5Z', 'yesterday'])(
  '"%s" is no moment to begin at',
  (moment) => {
    expect(() => checkStage({ ...stageOf('dev'), notBefore: { bookings: moment } })).toThrow(
      'notBefore.bookings: must be a moment in whole seconds with its zone',
    );
  },
);

test('a processor whose effects reach nobody has no start', () => {
  expect(() => checkStage({ ...stageOf('dev'), notBefore: { products: '2026-03-17T00:00:00Z' } })).toThrow(
    'products',
  );
});

test('a setting of a stream that could lose a record is refused with what it would do', () => {
  const products = { ...dev.streams.products, recordAgeSeconds: 86_400 };
  expect(() => checkStage({ ...dev, streams: { ...dev.streams, products } })).toThrow(
    'streams.products: MaximumRecordAgeInSeconds is 86400: the stream trims a record after 86400 s',
  );
});

test('invocations are reserved where they protect a store, and never in dev, whose account may have ten', () => {
  const reserved = (name: string) =>
    Object.entries(stageOf(name).streams).flatMap(([processor, { concurrency }]) =>
      concurrency === undefined ? [] : [processor],
    );
  expect(reserved('dev')).toEqual([]);
  expect(reserved('staging')).toEqual(['products', 'bookings']);
  expect(reserved('prod')).toEqual(['products', 'bookings']);
});

const withStream = (settings: object) => ({
  streams: { ...dev.streams, bids: { ...dev.streams.bids, ...settings } },
});

test.each<[string, object]>([
  ['cache.nodes', { cache: { ...dev.cache, nodes: 7, zones: ['a', 'b'] } }],
  ['cache.nodeType', { cache: { ...dev.cache, nodeType: 'db.t3.micro' } }],
  ['cache.zones.0', { cache: { ...dev.cache, zones: ['a1'] } }],
  ['search.instanceType', { search: { ...dev.search, instanceType: 't3.small' } }],
  ['search.volumeGb', { search: { ...dev.search, volumeGb: 9 } }],
  ['search.queryCache.zones', { search: { ...dev.search, queryCache: { ...dev.cache, nodes: 2 } } }],
  ['mail.sender', { mail: { ...dev.mail, sender: 'bookings@EXAMPLE.com' } }],
  ['mail.sender', { mail: { ...dev.mail, sender: 'Bookings <bookings@example.com>' } }],
  ['mail.currency', { mail: { ...dev.mail, currency: 'CADX' } }],
  [
    'webSocket.userPool.id',
    { webSocket: { ...dev.webSocket, userPool: { id: 'x/eu-west-1_A', clientId: 'a' } } },
  ],
  [
    'webSocket.userPool.clientId',
    { webSocket: { ...dev.webSocket, userPool: { id: 'eu-west-1_A', clientId: 'a b' } } },
  ],
  ['logRetentionDays', { logRetentionDays: 9999 }],
  ['tablePrefix', { tablePrefix: 'staging' }],
  ['tables.existing', { tables: { existing: [] } }],
  ['tableNames.ek-bharath-products', { tableNames: { 'ek-bharath-products': 'ab' } }],
  ['streams.bids.memoryMb', withStream({ memoryMb: 64 })],
  ['streams.bids.concurrency', withStream({ concurrency: 0 })],
  ['alarms.topicArn', { alarms: { ...dev.alarms, topicArn: 'https://sns.example/topic' } }],
  ['emulator', { emulator: stageOf('rehearsal').emulator }],
])('%s is the one field named where it is wrong', (field, changes) => {
  expect(() => checkStage({ ...dev, ...changes })).toThrow(
    new RegExp(`^infra/stages\\.ts: ${field.replaceAll('.', '\\.')}: [^;]+$`),
  );
});

test('the stage of the emulator cannot do without it', () => {
  const { emulator: _, ...rest } = stageOf('rehearsal');
  expect(() => checkStage(rest)).toThrow('emulator: is required');
});

test.each([
  ['bids', 'ek-bharath-bids'],
  ['conversations', 'ek-bharath-conversations'],
  ['bookings', 'marketplace-<stage>-bookings-table'],
])(
  '%s must know since when, where its own table exists already, and the others need not',
  (processor, table) => {
    expect(() => checkStage({ ...dev, tables: { existing: [table] } })).toThrow(
      new RegExp(`^infra/stages\\.ts: notBefore\\.${processor}: [^;]+$`),
    );
  },
);

test('a field that no stage has is refused', () => {
  expect(() => checkStage({ ...stageOf('dev'), retainData: true })).toThrow('retainData');
});
