/**
 * The keys and their values, which go when their time has come by the clock that was given: at once for whoever looks, and from memory
 * soon after while others are written.
 */
import type { Clock } from '../../shared/time/clock.ts';

interface Entry {
  readonly value: Buffer;
  /** Counted from 1 as keys come, and kept until the key goes. */
  readonly place: number;
  /** Milliseconds since the epoch; absent: it stays. */
  readonly expiresAtMs?: number;
}

export interface Keyspace {
  get(key: Buffer): Buffer | undefined;
  /** A time that has passed leaves nothing behind. */
  set(key: Buffer, value: Buffer, expiresAtMs?: number): void;
  /** @returns whether it was there */
  delete(key: Buffer): boolean;
  /** @returns undefined where there is no key, null where it does not expire */
  expiresAtMs(key: Buffer): number | null | undefined;
  keys(): Buffer[];
  /** The next `count` keys behind a place, and the place of the last of them; without it there are no more. */
  after(place: number, count: number): { readonly keys: Buffer[]; readonly last?: number };
  clear(): void;
  /** Entries in memory, those included whose time has come and that nobody has looked at since. */
  held(): number;
}

/** Each write looks at so many other keys: what has expired goes, though nobody asks for it any more (Redis, "EXPIRE": the active way). */
const LOOKED_AT = 2;

export function createKeyspace(clock: Clock): Keyspace {
  /** In the order of their places. */
  const entries = new Map<string, Entry>();
  let places = 0;

  const live = (name: string): Entry | undefined => {
    const entry = entries.get(name);
    if (entry?.expiresAtMs === undefined || entry.expiresAtMs > clock.now()) return entry;
    entries.delete(name);
    return undefined;
  };

  let looking = entries.keys();
  const forgetSomeExpired = () => {
    for (let count = 0; count < LOOKED_AT; count++) {
      const { value: name, done } = looking.next();
      if (done) {
        looking = entries.keys();
        return;
      }
      live(name);
    }
  };

  return {
    get: (key) => live(nameOf(key))?.value,
    set(key, value, expiresAtMs) {
      const place = live(nameOf(key))?.place ?? ++places;
      entries.set(nameOf(key), { value, place, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) });
      live(nameOf(key));
      forgetSomeExpired();
    },
    delete(key) {
      const name = nameOf(key);
      return live(name) !== undefined && entries.delete(name);
    },
    expiresAtMs(key) {
      const entry = live(nameOf(key));
      return entry === undefined ? undefined : (entry.expiresAtMs ?? null);
    },
    keys: () =>
      [...entries.keys()]
        .filter((name) => live(name) !== undefined)
        .map((name) => Buffer.from(name, 'latin1')),
    after(place, count) {
      const keys: Buffer[] = [];
      let last = place;
      for (const [name, entry] of entries) {
        if (entry.place <= place || live(name) === undefined) continue;
        if (keys.length === count) return { keys, last };
        keys.push(Buffer.from(name, 'latin1'));
        last = entry.place;
      }
      return { keys };
    },
    clear: () => entries.clear(),
    held: () => entries.size,
  };
}

/** One character per byte: keys are bytes, and need not be text. */
const nameOf = (key: Buffer) => key.toString('latin1');
