/** How many notifications wait for a user: counted once for a whole batch, and kept up with what the batch stores. */
import { MOST_COUNTED } from './inbox.ts';
import type { SharedLookUp } from './shared-look-up.ts';

export interface UnreadCounter {
  /** One more row of the user was stored. */
  stored(userId: string): void;
  /** At least 1, at most `MOST_COUNTED`. */
  count(userId: string): Promise<number>;
}

type Load = (userId: string) => Promise<number>;

/** @param share makes a look-up that the batch shares */
export function unreadCounter(load: Load, share: (load: Load) => SharedLookUp<number>): UnreadCounter {
  const stored = new Map<string, number>();
  const storedFor = (userId: string) => stored.get(userId) ?? 0;
  const countedBeside = share(async (userId) => {
    const included = storedFor(userId);
    return (await load(userId)) - included;
  });
  return {
    stored(userId) {
      stored.set(userId, storedFor(userId) + 1);
    },
    async count(userId) {
      const beside = await countedBeside(userId);
      return Math.min(MOST_COUNTED, Math.max(1, beside + storedFor(userId)));
    },
  };
}
