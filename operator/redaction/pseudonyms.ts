/**
 * Names in the place of names: the same one for the same original as long as this lives, two for two originals, and no way back without
 * the secret. Lengths, kinds of characters and separators stay, so that keys made of ids still are.
 */
import { createHmac } from 'node:crypto';

export interface Pseudonyms {
  /** Each run of letters and digits by itself, so that `vendor-1` in `CHAT#vendor-1#buyer-2` is the `vendor-1` of another attribute. */
  of(text: string): string;
  /** A stream of numbers from 0 to 255 that follows from the secret and `text`. */
  bytes(text: string): Iterator<number, never>;
}

/** Runs this long cannot meet by chance, so nothing has to be remembered of them. */
const TOO_LONG_TO_MEET = 12;

/** What may stay as it is inside an id: the time in `MSG#2026-01-31T10:00:00.000Z`. */
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g;
const RUN = /[\p{L}\p{M}\p{N}]+/gu;

export function pseudonyms(secret: Uint8Array): Pseudonyms {
  const given = new Map<string, string>();
  const taken = new Set<string>();

  function* bytes(text: string): Generator<number, never> {
    for (let block = 0; ; block++) yield* createHmac('sha256', secret).update(`${block} ${text}`).digest();
  }

  function run(original: string): string {
    if (original.length >= TOO_LONG_TO_MEET) return disguise(original, bytes(original));
    const known = given.get(original);
    if (known !== undefined) return known;
    for (let attempt = 0; ; attempt++) {
      // There are only ten digits: when the names of a length run out, a longer one is as good.
      const longer =
        attempt < 50 ? original : original + original.slice(0, 1).repeat(Math.ceil((attempt - 49) / 50));
      const name = disguise(longer, bytes(`${attempt} ${original}`));
      if (taken.has(name)) continue;
      taken.add(name);
      given.set(original, name);
      return name;
    }
  }

  return {
    bytes,
    of(text) {
      let result = '';
      let from = 0;
      for (const { 0: time, index } of text.matchAll(TIME)) {
        result += text.slice(from, index).replace(RUN, run) + time;
        from = index + time.length;
      }
      return result + text.slice(from).replace(RUN, run);
    },
  };
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const HEX = 'abcdef';

/** Digits for digits, small for small letters, capitals for capitals; letters of other scripts stay in their number of bytes. */
function disguise(original: string, bytes: Iterator<number, never>): string {
  const letters = /^[\da-f]+$/i.test(original) && /\d/.test(original) && original.length >= 4 ? HEX : LOWER;
  const pick = (alphabet: string) => alphabet[bytes.next().value % alphabet.length] ?? '';
  let leading = true;
  let name = '';
  for (const character of original) {
    if (/\d/.test(character)) name += leading && original.length > 1 ? pick('123456789') : pick('0123456789');
    else if (/[a-z]/.test(character)) name += pick(letters);
    else if (/[A-Z]/.test(character)) name += pick(letters).toUpperCase();
    else name += otherScript(character, pick);
    leading = false;
  }
  return name;
}

/** Of the same length in UTF-8 and UTF-16, where that can be had. */
function otherScript(character: string, pick: (alphabet: string) => string): string {
  switch (Buffer.byteLength(character)) {
    case 2:
      return pick('абвгдежзиклмнопрст');
    case 3:
      return pick('कखगघचछजझटठडढतथदध');
    default:
      return pick(LOWER);
  }
}
