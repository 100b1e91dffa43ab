/** What is in place before and after a replay, read from an embedded DynamoDB; what cannot be read is named. */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { dynamodbClaimTable } from '../../shared/idempotency/dynamodb-claim-table.ts';
import { createIdempotency } from '../../shared/idempotency/idempotency.ts';
import { startDeadline } from '../../shared/stream/deadline.ts';
import { systemClock } from '../../shared/time/clock.ts';
import {
  embeddedDynamoDb,
  type MarketTables,
  SESSIONS_TABLE,
  startMarketTables,
} from '../../test/support/market-tables.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { type EndState, type EndStatePorts, readEndState } from './end-state.ts';
import { endStateDifferences, endStateLines } from './end-state-diff.ts';
import { nothingTouched, type Touched } from './touched.ts';

const CLAIMS = 'marketplace-test-idempotency-table';
const PROVIDERS = 'marketplace-test-providers-table';
const SERVICES = 'marketplace-test-services-table';
const PLAIN = { colours: false, longest: 200 };

describe('the end state of a projection', () => {
  it.each([
    ['products', 'index'],
    ['analysis-results', 'cache'],
  ])('of %s is what its function says of every key, page by page', async (name, part) => {
    const keys = Array.from({ length: 600 }, (_, n) => `k${n}`);
    const sizes: number[] = [];
    const send = async ({ input }: InvokeCommand) => {
      const { projection } = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()) as {
        projection: { id: string; keys: readonly string[] };
      };
      sizes.push(projection.keys.length);
      const comparisons = projection.keys.map((key) =>
        key === 'k599' ? { key, kind: 'different', fields: ['unit', 'price'] } : { key, kind: 'equal' },
      );
      return { Payload: Buffer.from(JSON.stringify({ projection, comparisons })) };
    };
    const { parts } = await readEndState(
      { ...nothingTouched(), orderingKeys: new Set(keys) },
      {
        system: { clients: { lambda: { send } } as unknown as System['clients'], tables: [] },
        processor: { name, functionName: name, mappings: [] } as unknown as ProcessorFacts,
        id: 'night',
        clock: systemClock,
        random: () => 0.5,
        signal: new AbortController().signal,
      },
    );
    const state = parts.get(part);
    expect([state?.size, state?.get('k0'), state?.get('k599')]).toEqual([
      600,
      'equal',
      'different: price, unit',
    ]);
    expect(sizes).toEqual([250, 250, 100]);
  });
});

test('of inbox rows and claims it is said how many there are, of all else what changed', () => {
  const state = (rating: number, row: unknown): EndState => ({
    parts: new Map([
      ['service', new Map([['s1', { rating }]])],
      ['inbox row', new Map([['r1', row]])],
    ]),
    unseen: [],
  });
  expect(endStateLines(endStateDifferences(state(1, undefined), state(2, true)), 1, PLAIN)).toEqual([
    'service: 1 keys, 1 differences',
    '  "s1".rating',
    '    - 1',
    '    + 2',
    'inbox row: 0 → 1 of 1',
  ]);
});

describe.skipIf(!embeddedDynamoDb)('the end state', () => {
  let tables: MarketTables;
  let touched: Touched;
  let id: string;
  beforeAll(async () => {
    tables = await startMarketTables();
    for (const [TableName, AttributeName] of [
      [CLAIMS, 'idempotencyKey'],
      [PROVIDERS, 'providerId'],
      [SERVICES, 'serviceId'],
    ] as const)
      await tables.client.send(
        new CreateTableCommand({
          TableName,
          KeySchema: [{ AttributeName, KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName, AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
        }),
      );
  });
  afterAll(() => tables?.close());
  beforeEach(() => {
    touched = nothingTouched();
    id = randomUUID();
  });

  const role = (name: string, table: string) => ({
    role: name,
    stack: 's',
    name: table,
    streamArn: undefined,
  });
  const ports = (processor: string, more: Partial<System> = {}): EndStatePorts => ({
    system: {
      clients: { dynamodb: () => tables.client } as unknown as System['clients'],
      tables: [
        role('userSessions', SESSIONS_TABLE),
        role('idempotency', CLAIMS),
        role('providers', PROVIDERS),
        role('services', SERVICES),
      ],
      ...more,
    },
    processor: {
      name: processor,
      functionName: processor,
      queueUrl: '',
      failureBucket: '',
      setUpFunctionName: undefined,
      mappings: [],
    },
    id,
    clock: systemClock,
    random: () => 0.5,
    signal: new AbortController().signal,
  });

  async function claim(eventId: string, replay: string): Promise<void> {
    const table = dynamodbClaimTable(tables.client, CLAIMS);
    const { once } = createIdempotency({ processor: 'bids', table, newId: randomUUID });
    const deadline = startDeadline(systemClock, 10_000);
    const context = { clock: systemClock, random: () => 0.5, deadline, redriven: true, replay };
    await once({ eventId, recipient: 'vendor', kind: 'new_bid' }, context, async () => ({ kind: 'applied' }));
    deadline.cancel();
  }

  it('counts the inbox rows and the claims of this replay that appeared', async () => {
    for (const n of [1, 2]) {
      touched.inboxRows.add(JSON.stringify({ PK: `NOTIFICATION#${id}`, SK: `NOTIF#${n}` }));
      touched.claims.add(JSON.stringify({ eventId: `e${n}`, recipient: 'vendor', kind: 'new_bid' }));
    }
    await tables.put(SESSIONS_TABLE, { PK: `NOTIFICATION#${id}`, SK: 'NOTIF#1' });
    await claim('e1', 'another');
    const before = await readEndState(touched, ports('bids'));
    await tables.put(SESSIONS_TABLE, { PK: `NOTIFICATION#${id}`, SK: 'NOTIF#2' });
    await claim('e1', id);
    const after = await readEndState(touched, ports('bids'));
    expect(endStateLines(endStateDifferences(before, after), 10, PLAIN)).toEqual([
      'inbox row: 1 → 2 of 2',
      'claim: 0 → 1 of 2',
    ]);
  });

  it('shows ratings by value', async () => {
    touched.providers.add('p1');
    await tables.put(PROVIDERS, { providerId: 'p1', rating: 4, reviewCount: 1, name: 'Ramesh' });
    const before = await readEndState(touched, ports('bookings'));
    await tables.put(PROVIDERS, { providerId: 'p1', rating: 4.5, reviewCount: 2, name: 'Ramesh' });
    const after = await readEndState(touched, ports('bookings'));
    expect(endStateLines(endStateDifferences(before, after), 1, PLAIN)).toEqual([
      'provider: 1 keys, 2 differences',
      '  "p1".rating',
      '    - 4',
      '    + 4.5',
      '  … and 1 more; --json has all',
    ]);
  });

  it('shows of a service its rating and how many of its reviews are shown, and nothing of them', async () => {
    touched.services.add('s1');
    const reviews = [{ text: 'Ramesh was late' }, { text: 'good' }];
    await tables.put(SERVICES, { serviceId: 's1', rating: 3, reviewCount: 2, reviews });
    const { parts } = await readEndState(touched, ports('bookings'));
    expect(parts.get('service')).toEqual(new Map([['s1', { rating: 3, reviewCount: 2, reviews: 2 }]]));
  });

  it('ends with its interruption, and takes nothing for unreadable', async () => {
    touched.providers.add('p1');
    const given = { ...ports('bookings'), signal: AbortSignal.abort(new Error('interrupted')) };
    await expect(readEndState(touched, given)).rejects.toThrow('interrupted');
  });

  it('names what cannot be read, and shows the rest', async () => {
    touched.providers.add('p1');
    touched.services.add('s1');
    touched.inboxRows.add(JSON.stringify({ PK: 'a', SK: 'b' }));
    touched.claims.add(JSON.stringify({ eventId: 'e1', recipient: 'r', kind: 'k' }));
    const gone = [role('userSessions', SESSIONS_TABLE), role('providers', 'no-such-table')];
    // Twice, since it is read before and after.
    for (let read = 0; read < 2; read++) {
      const { parts, unseen } = await readEndState(touched, ports('bookings', { tables: gone }));
      expect([...parts.keys()]).toEqual(['inbox row']);
      expect(unseen).toEqual([
        expect.stringContaining('mailboxes'),
        'providers: cannot be read (ResourceNotFoundException)',
        'services: the stage has no table services',
        'claims: the stage has no idempotency table of its own',
      ]);
    }
  });
});
