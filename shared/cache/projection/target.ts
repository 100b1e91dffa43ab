/** What a cache projection works on: the cache, the table behind it, and how an item becomes what the cache holds. */
import type { ItemKey, ReadItems } from '../../dynamodb/read-items.ts';
import type { Item } from '../../stream/change.ts';
import type { ProjectionOutcome } from '../../stream/latest-state.ts';
import type { Work } from '../../stream/processor.ts';
import type { CacheEffect, Desired } from '../effect.ts';
import type { Redis } from '../redis.ts';
import type { EntryResult } from '../run-script.ts';

export interface CacheProjection {
  readonly redis: Redis;
  readonly readItems: ReadItems;
  /** A value's key in the cache is this and the ordering key. */
  readonly prefix: string;
  itemKey(id: string): ItemKey;
  /** What the cache should hold for an item as it is now. */
  desired(item: Item | undefined): Desired;
}

export type CacheWork = Work<CacheEffect>;

/** What a record ends as by what became of its entry. */
export function outcomeOf(result: Exclude<EntryResult, { kind: 'conflict' }>): ProjectionOutcome {
  switch (result.kind) {
    case 'written':
      return { kind: 'applied' };
    case 'duplicate':
      return { kind: 'duplicate' };
    case 'refused':
      return { kind: 'transient', failure: { code: `REDIS_${result.code}` } };
  }
}
