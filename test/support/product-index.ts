/** The embedded search engine with the product index, and a look at all it holds. */
import { createSearchEngine, type SearchEngine } from '../../local/search-engine/index.ts';
import { parseUrl } from '../../local/search-engine/request.ts';
import { optionalParts } from '../../shared/search/analysis.ts';
import { productIndexBody } from '../../shared/search/product-index.ts';
import { exactNumber } from '../../shared/stream/exact-number.ts';
import type { Clock } from '../../shared/time/clock.ts';

const INDEX = 'products-v1';
export const ALIAS = 'products';

export interface ProductIndex {
  readonly engine: SearchEngine;
  /** Documents by id, as JSON without their event ids. */
  documents(): ReadonlyMap<string, string>;
  /** Takes the alias away, or gives it back. */
  hideAlias(hidden: boolean): void;
  /** Forbids writes to the index, or allows them again. */
  blockWrites(blocked: boolean): void;
  /** Names of all indices, in order. */
  indices(): readonly string[];
  /** Calls the engine as an administrator would; throws if it refuses. */
  call(method: string, url: string, body: object): unknown;
  close(): void;
}

export function productIndex(clock: Clock): ProductIndex {
  const engine = createSearchEngine({ clock });
  const call = (method: string, url: string, body: object): unknown => {
    const answer = engine.handle({ method, ...parseUrl(url), body: JSON.stringify(body) });
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.body}`);
    return JSON.parse(answer.body, keepDigits as Reviver);
  };
  call('PUT', '/_cluster/settings', { persistent: { 'action.auto_create_index': `-${ALIAS}*,+*` } });
  const missing = new Set(optionalParts.map(({ name }) => name));
  call('PUT', `/${INDEX}`, productIndexBody({ replicas: 0, missing }));
  const hideAlias = (hidden: boolean) => {
    call('POST', '/_aliases', { actions: [{ [hidden ? 'remove' : 'add']: { index: INDEX, alias: ALIAS } }] });
  };
  hideAlias(false);
  return {
    engine,
    call,
    hideAlias: onChange(hideAlias),
    blockWrites: onChange((blocked) => call('PUT', `/${INDEX}/_settings`, { 'index.blocks.write': blocked })),
    documents: () => allDocuments(call),
    indices: () =>
      Object.keys(JSON.parse(engine.handle({ method: 'GET', ...parseUrl('/_alias'), body: '' }).body)).sort(),
    close: () => engine.close(),
  };
}

type Reviver = (name: string, value: unknown) => unknown;

/** `JSON.parse` hands the number's own text to a reviver (ECMAScript 2026, "JSON.parse source text access"). */
function keepDigits(_name: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? exactNumber(source) : value;
}

function onChange(set: (wanted: boolean) => void): (wanted: boolean) => void {
  let current = false;
  return (wanted) => {
    if (wanted === current) return;
    current = wanted;
    set(wanted);
  };
}

interface Found {
  readonly hits: {
    readonly hits: readonly {
      readonly _id: string;
      readonly _source: object;
      readonly sort: readonly unknown[];
    }[];
  };
}

function allDocuments(call: ProductIndex['call']): ReadonlyMap<string, string> {
  const documents = new Map<string, string>();
  let after: readonly unknown[] | undefined;
  do {
    const page = {
      size: 5_000,
      query: { match_all: {} },
      sort: [{ productId: 'asc' }],
      ...(after && { search_after: after }),
    };
    const { hits } = (call('POST', `/${ALIAS}/_search`, page) as Found).hits;
    for (const { _id, _source } of hits)
      documents.set(_id, JSON.stringify({ ..._source, eventId: undefined }));
    after = hits.at(-1)?.sort;
  } while (after !== undefined);
  return documents;
}
