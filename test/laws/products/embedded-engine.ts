/** The embedded search engine with the product index, as the laws look at it. */
import { createSearchEngine } from '../../../local/search-engine/engine.ts';
import { parseUrl } from '../../../local/search-engine/request.ts';
import { optionalParts } from '../../../shared/search/analysis.ts';
import { productIndexBody } from '../../../shared/search/product-index.ts';
import type { Clock } from '../../../shared/time/clock.ts';
import type { SearchEngineUnderTest } from './world.ts';

const INDEX = 'products-v1';
const ALIAS = 'products';

export function embeddedEngine(clock: Clock): SearchEngineUnderTest {
  const engine = createSearchEngine({ clock });
  const call = (method: string, url: string, body = '') => {
    const answer = engine.handle({ method, ...parseUrl(url), body });
    return { status: answer.status, json: answer.body };
  };
  const must = (method: string, url: string, body: object) => {
    const { status, json } = call(method, url, JSON.stringify(body));
    if (status >= 300) throw new Error(`${method} ${url}: ${json}`);
    return JSON.parse(json);
  };
  let hidden = true;
  const hideAlias = (wanted: boolean) => {
    if (wanted === hidden) return;
    hidden = wanted;
    must('POST', '/_aliases', { actions: [{ [hidden ? 'remove' : 'add']: { index: INDEX, alias: ALIAS } }] });
  };
  must('PUT', '/_cluster/settings', { persistent: { 'action.auto_create_index': `-${ALIAS}*,+*` } });
  must(
    'PUT',
    `/${INDEX}`,
    productIndexBody({ replicas: 0, missing: new Set(optionalParts.map(({ name }) => name)) }),
  );
  hideAlias(false);
  return {
    handle: call,
    hideAlias,
    documents: () => documentsOf(must('POST', `/${INDEX}/_search`, { size: 100, query: { match_all: {} } })),
    close: () => engine.close(),
  };
}

interface Found {
  readonly hits: { readonly hits: readonly { readonly _id: string; readonly _source: object }[] };
}

function documentsOf({ hits }: Found): ReadonlyMap<string, string> {
  return new Map(
    hits.hits.map(({ _id, _source }) => [_id, JSON.stringify({ ..._source, eventId: undefined })]),
  );
}
