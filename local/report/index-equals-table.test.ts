import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import { createSearchEngine } from '../search-engine/engine.ts';
import { serveSearchEngine } from '../search-engine/server.ts';
import { compareIndexWithTable } from './index-equals-table.ts';

const items: Record<string, unknown>[] = [];
vi.mock('@aws-sdk/client-dynamodb', () => ({
  paginateScan: async function* () {
    yield { Items: items };
  },
}));

const engine = createSearchEngine({ clock: systemClock });
let server: Awaited<ReturnType<typeof serveSearchEngine>>;
beforeAll(async () => {
  server = await serveSearchEngine(engine, { port: 0 });
});
afterAll(async () => {
  await server.close();
  engine.close();
});

const ask = (path: string, method: string, body: unknown) =>
  fetch(`${server.url}/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

beforeEach(async () => {
  items.length = 0;
  await fetch(`${server.url}/products`, { method: 'DELETE' });
  await ask('products', 'PUT', {
    mappings: {
      properties: {
        productId: { type: 'keyword' },
        status: { type: 'keyword' },
        retailPrice: { type: 'double' },
      },
    },
  });
});

const inTable = (id: string, attributes: Record<string, unknown>, row = 'DETAILS') =>
  items.push({
    PK: { S: `PRODUCT#${id}` },
    SK: { S: row },
    title: { M: {} },
    status: { S: 'active' },
    ...attributes,
  });
const inIndex = (id: string, document: Record<string, unknown>) =>
  ask(`products/_doc/${id}`, 'PUT', { productId: id, status: 'active', title: {}, ...document });
const compare = () =>
  compareIndexWithTable({
    dynamodb: {} as DynamoDBClient,
    table: 't',
    searchUrl: server.url,
    alias: 'products',
  });

const price = (amount: string) => ({ pricing: { M: { retail: { M: { price: { N: amount } } } } } });

test('equal means every field but eventId, whatever the order of the members', async () => {
  inTable('a', price('12.50'));
  inTable('a', {}, 'PRICING');
  inTable('gone', { status: { S: 'deleted' } });
  await inIndex('a', { retailPrice: 12.5, eventId: 'e1' });
  expect(await compare()).toEqual({ equal: true, documents: 1, notComparable: 0, differences: [] });
});

test('a difference names the product and the fields, never what they hold', async () => {
  inTable('a', price('12'));
  inTable('missing', {});
  await inIndex('a', { retailPrice: 13 });
  await inIndex('extra', {});
  const { equal, differences } = await compare();
  expect(equal).toBe(false);
  expect(differences).toEqual([
    'a: differs in retailPrice',
    'missing: not in the index',
    'extra: in the index, and must not be',
  ]);
});

test('an item that cannot be a document has no say: the index may hold its last good state, or nothing', async () => {
  inTable('broken', { status: { S: 'eaten' } });
  inTable('broken-too', { title: { S: 'no map' } });
  await inIndex('broken', { retailPrice: 1 });
  expect(await compare()).toMatchObject({ equal: true, notComparable: 2 });
});
