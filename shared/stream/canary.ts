/**
 * An operator's canary: an item that is written and deleted at once to see that a stream is read. Its partition key says what it is,
 * in every table alike, and every processor ignores it by rule.
 */
import type { Item } from './change.ts';

/** No real item's key begins like this. */
export const CANARY_PREFIX = 'streamkeeper-canary-';

export const CANARY_RULE = 'canary';

export function isCanary(keys: Item): boolean {
  return Object.values(keys).some((value) => typeof value === 'string' && value.startsWith(CANARY_PREFIX));
}
