/**
 * The character mappings that make differently written forms of the same text the same terms: Unicode's composed and
 * decomposed forms (NFC, NFD), letters with and without zero-width joiners, and the two encodings of final letters in
 * Malayalam and Bengali. They run inside the index, before the tokenizer and on queries too, so documents keep their
 * texts as written, and no reader or writer has to normalize anything.
 */

/** Blocks whose canonical forms differ: Latin (with the letters of transliteration) and the scripts of India. */
const blocks: readonly (readonly [first: number, last: number])[] = [
  [0x00c0, 0x017f],
  [0x1e00, 0x1eff],
  [0x0900, 0x0d7f],
];

/**
 * A final letter and its spelling with virama (the Unicode Standard, chapter 12: Bengali khanda ta, Malayalam chillu).
 * Older texts write it as letter, virama and zero-width joiner; with the joiner gone that is this same spelling.
 */
const finalLetters: Readonly<Record<string, string>> = {
  '\u09ce': '\u09a4\u09cd',
  '\u0d7a': '\u0d23\u0d4d',
  '\u0d7b': '\u0d28\u0d4d',
  '\u0d7c': '\u0d30\u0d4d',
  '\u0d7d': '\u0d32\u0d4d',
  '\u0d7e': '\u0d33\u0d4d',
  '\u0d7f': '\u0d15\u0d4d',
};

const invisible = ['\u200c', '\u200d', '\u00ad', '\ufeff'];

const escaped = (text: string): string =>
  [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`).join('');

/** Rules `from=>to` of OpenSearch's `mapping` char filter, in ASCII. */
export function scriptForms(): string[] {
  const rules = new Map<string, string>(invisible.map((c) => [c, '']));
  for (const [first, last] of blocks) {
    for (let point = first; point <= last; point++) {
      const char = String.fromCharCode(point);
      const composed = char.normalize('NFC');
      for (const form of [char, char.normalize('NFD')]) {
        if (form !== composed) rules.set(form, composed);
      }
    }
  }
  for (const [letter, spelled] of Object.entries(finalLetters)) rules.set(letter, spelled);
  return [...rules].map(([from, to]) => `${escaped(from)}=>${escaped(to)}`);
}
