/** A cache within the process: bounded in bytes, the longest unused goes first, and nothing is held longer than it was told. */
import type { Clock } from '../time/clock.ts';

export interface MemoryLevel {
  get(key: string): string | undefined;
  set(key: string, text: string, untilMs: number): void;
}

interface Held {
  readonly text: string;
  readonly untilMs: number;
}

/** @param maxCharacters of all texts together; one that is larger alone is not held */
export function memoryLevel(clock: Clock, maxCharacters: number): MemoryLevel {
  // A map keeps the order of insertion: what is used is put in again, so the first is the longest unused.
  const held = new Map<string, Held>();
  let characters = 0;

  const remove = (key: string): Held | undefined => {
    const entry = held.get(key);
    if (entry === undefined) return undefined;
    held.delete(key);
    characters -= entry.text.length;
    return entry;
  };
  const put = (key: string, entry: Held) => {
    held.set(key, entry);
    characters += entry.text.length;
  };

  return {
    get(key) {
      const entry = remove(key);
      if (entry === undefined || entry.untilMs <= clock.now()) return undefined;
      put(key, entry);
      return entry.text;
    },
    set(key, text, untilMs) {
      remove(key);
      if (text.length > maxCharacters || untilMs <= clock.now()) return;
      put(key, { text, untilMs });
      for (const oldest of held.keys()) {
        if (characters <= maxCharacters) break;
        remove(oldest);
      }
    },
  };
}
