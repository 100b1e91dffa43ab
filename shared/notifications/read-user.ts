/** Reads who a notification is for from an item. */
import type { Item } from '../stream/change.ts';
import type { Failure } from '../stream/outcome.ts';
import { describeField } from '../stream/parse-item.ts';
import { bareUserId } from './user-id.ts';

/** Half of what a partition key may have (DynamoDB developer guide, "Constraints"): the inbox puts a prefix before it. */
const MAX_BYTES = 1_024;

export type ReadUser =
  | { readonly ok: true; readonly userId: string }
  | { readonly ok: false; readonly failure: Failure };

/** @param code of the failure: which kind of item it is that names nobody */
export function readUser(item: Item, attribute: string, code: string): ReadUser {
  const value = item[attribute];
  const userId = typeof value === 'string' ? bareUserId(value) : '';
  if (userId !== '' && Buffer.byteLength(userId) <= MAX_BYTES) return { ok: true, userId };
  const expected = `the id of a user, at most ${MAX_BYTES} bytes`;
  return { ok: false, failure: { code, details: describeField(item, [attribute], expected) } };
}
