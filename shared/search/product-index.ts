/**
 * The product index: its settings and its strict mapping, and the document it holds. A field that is not named here is
 * refused by the engine (`strict_dynamic_mapping_exception`), never guessed at.
 */
import { type LanguageKey, languageKeys } from '../languages.ts';
import type { RawNumber } from '../stream/change.ts';
import { analysisSettings, analyzerOf, otherAnalyzer, wordsAnalyzer } from './analysis.ts';

export type ProductStatus = 'active' | 'sold' | 'expired' | 'inactive';

export const productStatuses: readonly ProductStatus[] = ['active', 'sold', 'expired', 'inactive'];

/** Texts by language; those in a language that is not in the table are together under `other`. */
export type Texts = { readonly [K in LanguageKey]?: string } & { readonly other?: readonly string[] };

/** One product as the index holds it. Numbers a double cannot hold are written with their own digits. */
export interface ProductDocument {
  readonly productId: string;
  readonly status: ProductStatus;
  readonly vendorId?: string;
  readonly title?: Texts;
  readonly description?: Texts;
  readonly category?: string;
  readonly subcategory?: string;
  readonly state?: string;
  readonly district?: string;
  /** Degrees. */
  readonly location?: { readonly lat: number | RawNumber; readonly lon: number | RawNumber };
  /** Rupees per unit. */
  readonly wholesalePrice?: number | RawNumber;
  readonly wholesaleMinQuantity?: number | RawNumber;
  /** Rupees per unit. */
  readonly retailPrice?: number | RawNumber;
  readonly quantity?: number | RawNumber;
  readonly unit?: string;
  readonly harvestDate?: string;
  readonly expiryDate?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  /** The stream event this document was written from; kept for conflicts, not searchable, absent after a reconciliation. */
  readonly eventId?: string;
}

/**
 * Copies of the shard besides the first: a number below that of the data nodes (else the index stays yellow), or `auto`: one
 * as soon as there is a second node.
 */
export type Replicas = number | 'auto';

export interface ProductIndexOptions {
  readonly replicas: Replicas;
  /** Names of `optionalParts` the engine lacks. @default none */
  readonly missing?: ReadonlySet<string>;
}

/** No `ignore_above`: a value too long for a term (32,766 bytes) is refused, never silently left out of filters. */
const keyword = { type: 'keyword' } as const;

/** Takes every number DynamoDB can hold (magnitude up to 1e126); `_source` keeps the digits, the index the nearest double. */
const number = { type: 'double' } as const;

const date = { type: 'date', format: 'strict_date_optional_time||epoch_millis' } as const;

/** `prefixes`: terms are indexed by their first letters too, so that search as you type is a look-up. */
function texts({ prefixes }: { prefixes: boolean }) {
  const words = {
    type: 'text' as const,
    analyzer: wordsAnalyzer,
    ...(prefixes && { index_prefixes: { min_chars: 1, max_chars: 10 } }),
  };
  const text = (analyzer: string) => ({ type: 'text' as const, analyzer, fields: { words } });
  return {
    dynamic: 'strict' as const,
    properties: {
      ...Object.fromEntries(languageKeys.map((key) => [key, text(analyzerOf(key))])),
      other: text(otherAnalyzer),
    },
  };
}

export const productMappings = {
  dynamic: 'strict',
  properties: {
    productId: keyword,
    vendorId: keyword,
    title: texts({ prefixes: true }),
    description: texts({ prefixes: false }),
    category: keyword,
    subcategory: keyword,
    state: keyword,
    district: keyword,
    location: { type: 'geo_point' },
    wholesalePrice: number,
    wholesaleMinQuantity: number,
    retailPrice: number,
    quantity: number,
    unit: keyword,
    status: keyword,
    harvestDate: date,
    expiryDate: date,
    createdAt: date,
    updatedAt: date,
    eventId: { type: 'keyword', index: false, doc_values: false },
  },
} as const;

/** Most searches and bulks take some ten milliseconds. */
const SLOW = '1s';

/**
 * The body of the request that creates the index.
 *
 * `gc_deletes` is OpenSearch's default, stated because the projection relies on it: a deleted document's version is
 * known for this long, and requests are younger than half of it when they are sent.
 */
export function productIndexBody({ replicas, missing }: ProductIndexOptions) {
  return {
    settings: {
      number_of_shards: 1,
      ...(replicas === 'auto' ? { auto_expand_replicas: '0-1' } : { number_of_replicas: replicas }),
      refresh_interval: '1s',
      gc_deletes: '60s',
      // What takes longer is logged where the domain publishes its slow logs; of a write without the document.
      search: { slowlog: { threshold: { query: { warn: SLOW }, fetch: { warn: SLOW } } } },
      indexing: { slowlog: { threshold: { index: { warn: SLOW } }, source: '0' } },
      analysis: analysisSettings(missing),
    },
    mappings: productMappings,
  };
}
