/** The engine under test as the rules see it: a client, fresh product aliases, and bulk writes in the shape of the projection's. */
import { randomUUID } from 'node:crypto';
import type { API, Client } from '@opensearch-project/opensearch';
import { createSearchClient } from '../../../shared/search/client.ts';
import { ensureProductIndex } from '../../../shared/search/index-admin.ts';
import type { ProductDocument } from '../../../shared/search/product-index.ts';

export interface EngineUnderTest {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * - `stemming`: inflected forms of English, Hindi, Bengali and Tamil words find each other.
 * - `digits`: the digits of every script are the same digits.
 * - `look-alikes`: Indic letters typed as two that look like one are that one.
 */
export type SearchClaim = 'stemming' | 'digits' | 'look-alikes';

export interface Engine {
  readonly client: Client;
  /** An alias of its own over an empty product index, so that no test sees another's documents. */
  freshAlias(): Promise<string>;
  close(): Promise<void>;
}

export function connect(engine: EngineUnderTest): Engine {
  const client = createSearchClient({ endpoint: engine.url, signing: 'none' });
  return {
    client,
    async freshAlias() {
      const alias = unusedAlias();
      await ensureProductIndex(client, { alias, version: 'v1', replicas: 0 });
      return alias;
    },
    async close() {
      await client.close();
      await engine.close();
    },
  };
}

/** An engine that runs already may hold what an earlier run left. */
const run = randomUUID().slice(0, 8);
let aliases = 0;

export function unusedAlias(): string {
  aliases += 1;
  return `contract-${run}-${aliases}`;
}

export type Product = Partial<ProductDocument>;

/** What a test does not name is the least that a document needs. */
export function product(productId: string, fields: Product = {}): ProductDocument {
  return { productId, status: 'active', ...fields };
}

export interface ItemAnswer {
  readonly status: number;
  readonly _index: string;
  readonly _version?: number;
  readonly result?: string;
  readonly error?: { readonly type: string; readonly reason: string };
}

/** One line of a bulk request, or the two of an index operation. */
export const write = {
  index: (id: string, version: number, document: object = product(id)): string =>
    `${JSON.stringify({ index: { _id: id, version, version_type: 'external' } })}\n${JSON.stringify(document)}\n`,
  delete: (id: string, version: number): string =>
    `${JSON.stringify({ delete: { _id: id, version, version_type: 'external' } })}\n`,
};

/** @returns the answer of each operation, in order */
export async function bulk(client: Client, alias: string, ...lines: string[]): Promise<ItemAnswer[]> {
  const body = lines.join('') as unknown as API.Bulk_RequestBody;
  const response = await client.bulk({ index: alias, require_alias: true, body });
  const items = response.body.items as unknown as readonly Record<string, ItemAnswer>[];
  return items.flatMap((item) => Object.values(item));
}

/** @throws if one of them is refused */
export async function fill(
  client: Client,
  alias: string,
  documents: readonly ProductDocument[],
): Promise<void> {
  const answers = await bulk(client, alias, ...documents.map((one) => write.index(one.productId, 1, one)));
  const refused = answers.find(({ error }) => error);
  if (refused) throw new Error(`the engine refused a document of the test: ${JSON.stringify(refused)}`);
  await client.indices.refresh({ index: alias });
}
