/** What the index should hold for a product item: a document, nothing (`deleted`), or the reason why none can be made. */
import { languageOf } from '../../shared/languages.ts';
import type { ProductDocument, Texts } from '../../shared/search/product-index.ts';
import type { Desired } from '../../shared/search/projection/search-work.ts';
import type { Item } from '../../shared/stream/change.ts';
import { DELETED, type ProductItem, parseProduct } from './item.ts';

/** @param item the row `DETAILS` as it is, undefined where there is none */
export function desiredState(productId: string, item: Item | undefined): Desired {
  // What is deleted must leave the index, however malformed the rest of it is.
  if (item === undefined || item.status === DELETED) return { ok: true, effect: { kind: 'delete' } };
  const parsed = parseProduct(item);
  if (!parsed.ok) return parsed;
  return { ok: true, effect: { kind: 'index', document: toDocument(productId, parsed.item) } };
}

function toDocument(productId: string, product: ProductItem): ProductDocument {
  const { status, pricing, location } = product;
  const [lat, lon] = location?.coordinates ?? [];
  return withoutAbsent({
    productId,
    status,
    vendorId: product.vendor_id,
    title: toTexts(product.title),
    description: toTexts(product.description),
    category: product.category,
    subcategory: product.subcategory,
    // An update may move the product and leave the index's copy of its state stale: the location itself is right.
    state: location?.state ?? product.state,
    district: location?.district,
    location: lat === undefined || lon === undefined ? undefined : { lat, lon },
    wholesalePrice: pricing?.wholesale?.price,
    wholesaleMinQuantity: pricing?.wholesale?.min_quantity ?? pricing?.wholesale?.min_qty,
    retailPrice: pricing?.retail?.price,
    quantity: product.quantity_available,
    unit: product.unit,
    harvestDate: product.harvest_date,
    expiryDate: product.expiry_date,
    createdAt: product.created_at,
    updatedAt: product.updated_at,
  });
}

/** Texts in a language that is not in the table stay findable by their words. */
function toTexts(texts: Readonly<Record<string, string | null>> | null | undefined): Texts | undefined {
  if (texts === null || texts === undefined) return undefined;
  const byLanguage: Record<string, string> = {};
  const other: string[] = [];
  for (const [name, text] of Object.entries(texts)) {
    if (text === null) continue;
    const language = languageOf(name);
    if (language !== undefined && byLanguage[language] === undefined) byLanguage[language] = text;
    else other.push(text);
  }
  return other.length > 0 ? { ...byLanguage, other } : byLanguage;
}

type Nullish<T> = { readonly [K in keyof T]: T[K] | null | undefined };

/** Absent, null and undefined attributes are one: the field is not in the document. */
function withoutAbsent(document: Nullish<Required<Omit<ProductDocument, 'eventId'>>>): ProductDocument {
  const present: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(document)) {
    if (value !== null && value !== undefined) present[name] = value;
  }
  return present as unknown as ProductDocument;
}
