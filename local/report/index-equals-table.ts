/**
 * Does the search index hold exactly what the products table says? Every item is turned into its document by the processor's own
 * rule and compared field by field with the index (but for eventId, which is the processor's own mark).
 *
 * An item that cannot be a document is a dead letter, and has no say: the index may hold its last good state, or nothing.
 */
import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { productId } from '../../processors/products/key.ts';
import { decide } from '../../processors/products/processor.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import type { Change } from '../../shared/stream/change.ts';
import { canonical, digestOf, plain } from './canonical.ts';

export interface Comparison {
  readonly equal: boolean;
  readonly documents: number;
  /** Items that cannot be a document. */
  readonly notComparable: number;
  /** The first few: product id and what differs. */
  readonly differences: readonly string[];
}

export interface CompareOptions {
  readonly dynamodb: DynamoDBClient;
  readonly table: string;
  /** `http://host:port` of the search engine. */
  readonly searchUrl: string;
  readonly alias: string;
}

type Document = Readonly<Record<string, unknown>>;

const SHOWN = 5;

export async function compareIndexWithTable(options: CompareOptions): Promise<Comparison> {
  const index = await indexDigests(options);
  const documents = index.size;
  const differences: string[] = [];
  let notComparable = 0;
  let differing = 0;
  const differs = async (id: string, wanted: Document | undefined) => {
    differing++;
    if (differences.length < SHOWN) differences.push(await describe(options, id, wanted));
  };
  for await (const item of items(options)) {
    const { id, state } = item;
    const indexed = index.get(id);
    index.delete(id);
    if (state === 'not-comparable') notComparable++;
    else if (indexed !== (state && digest(state))) await differs(id, state);
  }
  for (const id of index.keys()) await differs(id, undefined);
  return { equal: differing === 0, documents, notComparable, differences };
}

interface ItemState {
  readonly id: string;
  /** The document the index should hold; absent: none. */
  readonly state: Document | 'not-comparable' | undefined;
}

async function* items({ dynamodb, table }: CompareOptions): AsyncGenerator<ItemState> {
  for await (const page of paginateScan({ client: dynamodb }, { TableName: table, ConsistentRead: true })) {
    for (const attributes of page.Items ?? []) {
      const state = stateOf(attributes);
      if (state !== undefined) yield state;
    }
  }
}

/** `undefined` for a row that has no document of its own. */
function stateOf(attributes: unknown): ItemState | undefined {
  const item = decodeImage(attributes);
  const change: Change = {
    eventId: '',
    eventName: 'INSERT',
    keys: { PK: item['PK'] ?? null, SK: item['SK'] ?? null },
    newImage: item,
    expired: false,
  };
  const decision = decide(change);
  const id = productId(change) ?? '';
  switch (decision.kind) {
    case 'ignored':
      return undefined;
    case 'poison':
      return { id, state: 'not-comparable' };
    case 'effect':
      return { id, state: decision.effect.kind === 'index' ? plain(decision.effect.document) : undefined };
  }
}

/** Only digests are held, so that a large index does not fill the memory. */
async function indexDigests({ searchUrl, alias }: CompareOptions): Promise<Map<string, string>> {
  await ask(`${searchUrl}/${alias}/_refresh`, 'POST');
  const digests = new Map<string, string>();
  let after: readonly unknown[] | undefined;
  for (;;) {
    const { hits } = (await ask(`${searchUrl}/${alias}/_search`, 'POST', {
      size: 1000,
      sort: [{ productId: 'asc' }],
      query: { match_all: {} },
      ...(after === undefined ? {} : { search_after: after }),
    })) as { hits: { hits: readonly { _id: string; _source: Document; sort: readonly unknown[] }[] } };
    for (const hit of hits.hits) digests.set(hit._id, digest(hit._source));
    after = hits.hits.at(-1)?.sort;
    if (after === undefined) return digests;
  }
}

async function describe(
  { searchUrl, alias }: CompareOptions,
  id: string,
  wanted: Document | undefined,
): Promise<string> {
  const response = await fetch(`${searchUrl}/${alias}/_doc/${encodeURIComponent(id)}`);
  const found = ((await response.json()) as { _source?: Document })._source;
  if (found === undefined) return `${id}: not in the index`;
  if (wanted === undefined) return `${id}: in the index, and must not be`;
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  names.delete('eventId');
  const fields = [...names].filter((name) => canonical(wanted[name]) !== canonical(found[name]));
  return `${id}: differs in ${fields.join(', ')}`;
}

async function ask(url: string, method: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname} answered ${response.status}`);
  return response.json();
}

function digest({ eventId: _own, ...document }: Document): string {
  return digestOf(document);
}
