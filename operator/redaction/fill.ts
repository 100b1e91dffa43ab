/** What stands in the place of one redacted value: of the same length, script, sign and number of digits, and with nothing of it left. */
import type { Pseudonyms } from './pseudonyms.ts';

/** A word, a number or a time, as statuses and categories are; not a sentence, an address or a name with a space in it. */
export function isPlainWord(text: string): boolean {
  return TIME.test(text) || /^(?=\D*\d{0,2}\D*$)[A-Za-z][\w-]{0,39}$|^$/.test(text);
}

const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** Letters and marks by script, one for all; the same number of bytes, so that what was too large still is. */
const FILLINGS: readonly (readonly [script: RegExp, letter: string, mark: string])[] = [
  [/\p{Script=Devanagari}/u, 'क', 'ा'],
  [/\p{Script=Tamil}/u, 'க', 'ா'],
  [/\p{Script=Telugu}/u, 'క', 'ా'],
  [/\p{Script=Kannada}/u, 'ಕ', 'ಾ'],
  [/\p{Script=Bengali}/u, 'ক', 'া'],
  [/\p{Script=Oriya}/u, 'କ', 'ା'],
  [/\p{Script=Malayalam}/u, 'ക', 'ാ'],
];

/** Spaces stay, and the empty text; all else becomes filling. */
export function filling(text: string): string {
  return text.replace(/[^\s]/gu, (character) => {
    if (/\d/.test(character)) return '0';
    if (/[A-Z]/.test(character)) return 'X';
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) return /[a-z]/.test(character) ? 'x' : '.';
    for (const [script, letter, mark] of FILLINGS) {
      if (script.test(character)) return /\p{M}/u.test(character) ? mark : letter;
    }
    if (code < 0x800) return 'é';
    // Half of a pair is what some writers left of a picture: it must stay one, to be refused as it was.
    if (code >= 0xd800 && code <= 0xdfff) return '\ud800';
    return code < 0x10000 ? '—' : '🍅';
  });
}

/**
 * Other letters of the same script and case, other digits; all else stays. The same text is the same again, and two texts stay two but
 * by chance: a change of a text is still one.
 */
export function otherText(text: string, names: Pseudonyms): string {
  const known = remembered.get(names) ?? new Map<string, string>();
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= MOST_REMEMBERED) known.clear();
  const other = makeOther(text, names);
  remembered.set(names, known.set(text, other));
  return other;
}

/** Texts of an item come again with each of its changes, twice. */
const remembered = new WeakMap<Pseudonyms, Map<string, string>>();
const MOST_REMEMBERED = 5_000;

function makeOther(text: string, names: Pseudonyms): string {
  const next = numbersFrom(names.bytes(`text ${text}`));
  let other = '';
  for (const character of text) {
    const pool = poolOf(character);
    other += pool === undefined ? character : (pool[next(pool.length)] ?? 'x');
  }
  return other;
}

/** sfc32 (Chris Doty-Humphrey, public domain) from 128 bits: long texts would take a digest for every few letters. */
function numbersFrom(bytes: Iterator<number, never>): (count: number) => number {
  const word = () => [0, 8, 16, 24].reduce((sum, shift) => sum | (bytes.next().value << shift), 0);
  let [a, b, c, counter] = [word(), word(), word(), word()] as [number, number, number, number];
  return (count) => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return Math.floor(((sum >>> 0) / 0x1_0000_0000) * count);
  };
}

const KINDS = [/\p{Lu}/u, /\p{Ll}/u, /\p{L}/u, /\p{M}/u, /\p{N}/u] as const;
const kindOf = (character: string) => KINDS.find((kind) => kind.test(character));
const pools = new Map<string, readonly string[] | undefined>();

/** What may stand for a character, never itself: blocks of 32 code points mix neither scripts nor lengths in UTF-8. */
function poolOf(character: string): readonly string[] | undefined {
  if (!pools.has(character)) pools.set(character, makePool(character));
  return pools.get(character);
}

function makePool(character: string): readonly string[] | undefined {
  const kind = kindOf(character);
  if (kind === undefined) return undefined;
  const point = character.codePointAt(0) ?? 0;
  const block = Array.from({ length: 32 }, (_, index) => String.fromCodePoint(point - (point % 32) + index));
  const pool = block.filter((one) => one !== character && kindOf(one) === kind);
  // The only one of its kind in its block, as ß is: what it would be filled with has its length at least.
  return pool.length > 0 ? pool : [filling(character)];
}

export function zeroDigits(text: string): string {
  return text.replace(/[^\s+()-]/gu, (character) => (/\d/.test(character) ? '0' : filling(character)));
}

/** Other digits; zeros stay, so that nothing becomes zero, or stops being it. */
export function otherNumber(text: string, names: Pseudonyms): string {
  if (!/^[+-]?[\d.]+(?:[eE][+-]?\d+)?$/.test(text)) return filling(text);
  const [mantissa = '', exponent] = text.split(/(?=[eE])/);
  const bytes = names.bytes(`number ${text}`);
  return mantissa.replace(/[1-9]/g, () => String(1 + (bytes.next().value % 9))) + (exponent ?? '');
}

const WORDS = /^[A-Z]+(?:_[A-Z]+)*(?:-[A-Z]+)*$/;

/**
 * @param wholeWord whether a text that is one word in capitals names a kind of row, as in `SK=DETAILS`
 */
export function pseudonymousKey(text: string, names: Pseudonyms, wholeWord: boolean): string {
  const parts = text.split('#');
  return parts
    .map((part, index) => {
      const named = index < parts.length - 1 || (wholeWord && parts.length === 1);
      if (!named || parts.length === 1) return named && WORDS.test(part) ? part : names.of(part);
      // Ids may follow each other with another sign between them: `CHAT#buyer-1-USER#vendor-2`.
      const [, before = part, word = ''] = /^(|.*[^\p{L}\p{N}])([A-Z]+(?:[_-][A-Z]+)*)$/su.exec(part) ?? [];
      return names.of(before) + word;
    })
    .join('#');
}

/** An empty text stays empty, and what is no address does not become one. */
export function pseudonymousEmail(text: string, names: Pseudonyms): string {
  const parts = text.trim().split('@');
  const local = parts[0] ?? '';
  return parts.length === 2 && local !== '' && /^[^\s@]+\.[^\s@]+$/.test(parts[1] ?? '')
    ? `${names.of(local)}@example.com`
    : filling(text);
}
