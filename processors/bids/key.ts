/** The bid that a change is about, from its key alone: attributes can be wrong or absent. */
import type { Change } from '../../shared/stream/change.ts';

export interface BidKey {
  readonly productId: string;
  readonly bidId: string;
  readonly kind: 'bid' | 'purchase';
}

const PRODUCT = 'PRODUCT#';
const ROWS = [
  ['BID#', 'bid'],
  ['PURCHASE#', 'purchase'],
] as const;

/** The item's own key, as one text; undefined when it is not of this table's form. */
export function orderingKey({ keys }: Pick<Change, 'keys'>): string | undefined {
  const { PK, SK } = keys;
  if (typeof PK !== 'string' || !PK.startsWith(PRODUCT) || PK.length === PRODUCT.length) return undefined;
  return typeof SK === 'string' ? JSON.stringify([PK, SK]) : undefined;
}

/** @returns undefined for a row that is neither a bid nor a purchase */
export function bidKey({ keys }: Pick<Change, 'keys'>): BidKey | undefined {
  const [PK, SK] = [String(keys.PK), String(keys.SK)];
  const [prefix, kind] = ROWS.find(([start]) => SK.startsWith(start)) ?? [];
  if (prefix === undefined || kind === undefined || SK.length === prefix.length) return undefined;
  return { productId: PK.slice(PRODUCT.length), bidId: SK.slice(prefix.length), kind };
}
