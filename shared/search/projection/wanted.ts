/** What the index should hold by items as they are now, read consistently. */
import { canonicalJson } from '../../stream/canonical-json.ts';
import { failureOf } from '../../stream/failure-of.ts';
import type { Failure } from '../../stream/outcome.ts';
import type { BatchContext } from '../../stream/processor.ts';
import type { Desired, SearchProjection } from './search-work.ts';

/** What the index should hold by an item as it was read. */
export interface Wanted {
  readonly kind: 'wanted';
  readonly desired: Desired;
  readonly exists: boolean;
  /** Tells two such states apart. */
  readonly text: string;
}

export interface Unread {
  readonly kind: 'transient';
  readonly failure: Failure;
}

export const unread: Unread = { kind: 'transient', failure: { code: 'ITEM_UNREAD' } };

/** @returns in the order of the ids */
export async function readWanted(
  projection: SearchProjection,
  ids: readonly string[],
  context: BatchContext,
): Promise<readonly (Wanted | Unread)[]> {
  if (ids.length === 0) return [];
  try {
    const items = await projection.readItems(ids.map(projection.itemKey), context.deadline.signal);
    return ids.map((id, index) => {
      const item = items[index];
      const desired = projection.desired(id, item);
      return { kind: 'wanted', desired, exists: item !== undefined, text: canonicalJson(desired) };
    });
  } catch (error) {
    return ids.map(() => ({ kind: 'transient', failure: failureOf(error) }));
  }
}
