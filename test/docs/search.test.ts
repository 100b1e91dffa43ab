/** The examples of docs/search.md, as they stand there: every query is asked, and finds what the page says it finds. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createSearchEngine, serveSearchEngine } from '../../local/search-engine/index.ts';
import { createSearchClient } from '../../shared/search/client.ts';
import { ensureProductIndex } from '../../shared/search/index-admin.ts';
import { searchProducts } from '../../shared/search/product-search.ts';
import { systemClock } from '../../shared/time/clock.ts';

const page = await readFile(new URL('../../docs/search.md', import.meta.url), 'utf8');
const products = (/```jsonl\n([^`]*)```/.exec(page)?.[1] ?? '').trim().split('\n');
const examples = [...page.matchAll(/```json\n([^`]*)```\s+finds ((?:`\w+`(?:, )?)+)/g)].map(
  ([, query = '', ids = '']) => ({ query, ids: [...ids.matchAll(/\w+/g)].map(([id]) => id) }),
);

test('every query on the page says what it finds', () => {
  expect(examples.length).toBeGreaterThan(0);
  expect(examples).toHaveLength([...page.matchAll(/```json\n/g)].length);
});

test('every query on the page finds what the page says', async () => {
  const engine = createSearchEngine({ clock: systemClock });
  const server = await serveSearchEngine(engine, { port: 0 });
  const client = createSearchClient({ endpoint: server.url, signing: 'none' });
  try {
    await ensureProductIndex(client, { alias: 'products', version: 'v1', replicas: 0 });
    for (const line of products) {
      const document: { productId: string } = JSON.parse(line);
      await client.index({ index: 'products', id: document.productId, body: document, refresh: true });
    }
    for (const { query, ids } of examples) {
      const found = await searchProducts(client, 'products', JSON.parse(query));
      expect(
        found.products.map(({ productId }) => productId),
        query,
      ).toEqual(ids);
    }
  } finally {
    await client.close();
    await server.close();
    engine.close();
  }
});
