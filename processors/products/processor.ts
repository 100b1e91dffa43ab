/** products → search: what a change of the products table means for the index, and how it gets there. */
import type { Client } from '@opensearch-project/opensearch';
import type { ReadItems } from '../../shared/dynamodb/read-items.ts';
import { operatedSearch } from '../../shared/search/projection/operate.ts';
import { searchPlan } from '../../shared/search/projection/plan.ts';
import { searchProjection } from '../../shared/search/projection/project.ts';
import type { Desired, SearchEffect } from '../../shared/search/projection/search-work.ts';
import type { Change, Item } from '../../shared/stream/change.ts';
import { latestState } from '../../shared/stream/latest-state.ts';
import type { Decision, StreamProcessor } from '../../shared/stream/processor.ts';
import { desiredState } from './document.ts';
import { DETAILS, itemKey, productId } from './key.ts';

/** They belong to a product, and do not show in search. */
const OTHER_ROWS: ReadonlyMap<unknown, string> = new Map([
  ['PRICING', 'pricing-row'],
  ['IMAGES', 'images-row'],
]);

/** One longer id fails the whole bulk request (OpenSearch, "Bulk"): it is refused before it is sent. */
const MAX_ID_BYTES = 512;

export interface ProductsPorts {
  readonly client: Client;
  readonly alias: string;
  /** Of the products table. */
  readonly readItems: ReadItems;
}

export function productsProcessor({
  client,
  alias,
  readItems,
}: ProductsPorts): StreamProcessor<SearchEffect> {
  const projection = { client, alias, readItems, itemKey, idField: 'productId', desired } as const;
  return {
    name: 'products',
    images: 'new',
    orderingKey: productId,
    decide,
    carryOut: latestState(searchProjection(projection)),
    plan: searchPlan(projection),
    current: { kind: 'current' },
    projection: operatedSearch(projection),
  };
}

export function decide(change: Change): Decision<SearchEffect> {
  const row = change.keys.SK;
  if (row !== DETAILS) return { kind: 'ignored', rule: OTHER_ROWS.get(row) ?? 'unknown-row' };
  const id = productId(change) ?? '';
  const desired = idTooLong(id) ?? desiredState(id, change.newImage);
  return desired.ok
    ? { kind: 'effect', effect: desired.effect }
    : { kind: 'poison', failure: desired.failure };
}

/** For a product that is not there, whatever its id, the index holds nothing. */
function desired(id: string, item: Item | undefined): Desired {
  return (item && idTooLong(id)) ?? desiredState(id, item);
}

function idTooLong(id: string): Desired | undefined {
  const bytes = Buffer.byteLength(id);
  if (bytes <= MAX_ID_BYTES) return undefined;
  const details = `the product id has ${bytes} bytes, expected at most ${MAX_ID_BYTES}`;
  return { ok: false, failure: { code: 'ID_TOO_LONG', details } };
}
