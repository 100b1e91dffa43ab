/** The keys of the products table: which product a row belongs to, and which of its rows is the product itself. Pure. */
import type { ItemKey } from '../../shared/dynamodb/read-items.ts';
import type { Item } from '../../shared/stream/change.ts';

const PREFIX = 'PRODUCT#';

/** Only this row is the product; the others belong to it and do not show in search. */
export const DETAILS = 'DETAILS';

/** From the key, never from an attribute: attributes can be wrong or absent, and REMOVE has none. */
export function productId({ keys }: { readonly keys: Item }): string | undefined {
  const { PK } = keys;
  if (typeof PK !== 'string' || !PK.startsWith(PREFIX) || PK.length === PREFIX.length) return undefined;
  return PK.slice(PREFIX.length);
}

export function itemKey(id: string): ItemKey {
  return { PK: PREFIX + id, SK: DETAILS };
}
