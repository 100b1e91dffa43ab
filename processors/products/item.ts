/** The product item as its writers really write it (row `DETAILS` of the products table), checked before anything is made of it. */
import * as z from 'zod/mini';
import { productStatuses } from '../../shared/search/product-index.ts';
import type { Item, RawNumber } from '../../shared/stream/change.ts';
import { amount, isNumber, type Parsed, parseItem, text } from '../../shared/stream/parse-item.ts';

/** The status by which the app deletes: the item stays. */
export const DELETED = 'deleted';

const texts = z.record(z.string(), z.nullable(z.string()));

function optionalMap<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.optional(z.nullable(z.object(shape)));
}

/** Only what a search document cannot do without is required. `min_qty` is what some writers call `min_quantity`. */
const productItem = z.object({
  status: z.enum([...productStatuses], {
    error: `expected one of ${[...productStatuses, DELETED].join(', ')}`,
  }),
  title: texts,
  description: z.optional(z.nullable(texts)),
  vendor_id: text,
  category: text,
  subcategory: text,
  pricing: optionalMap({
    wholesale: optionalMap({ price: amount, min_quantity: amount, min_qty: amount }),
    retail: optionalMap({ price: amount }),
  }),
  location: optionalMap({
    state: text,
    district: text,
    coordinates: z.optional(
      z.nullable(
        z.tuple([z.custom<number | RawNumber>(isNumber), z.custom<number | RawNumber>(isNumber)], {
          error: 'expected a list of two numbers, latitude and longitude',
        }),
      ),
    ),
  }),
  state: text,
  quantity_available: amount,
  unit: text,
  harvest_date: text,
  expiry_date: text,
  created_at: text,
  updated_at: text,
});

export type ProductItem = z.infer<typeof productItem>;

/** The failure names the field, the kind of its value and what was expected; never the value. */
export function parseProduct(item: Item): Parsed<ProductItem> {
  return parseItem(productItem, item, 'INVALID_PRODUCT', ['title', 'description']);
}
