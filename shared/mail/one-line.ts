/** Makes a value fit for one line of a mail, a header included: no line breaks, no control characters, nothing that reorders text. */

/** Control and format separators (Unicode Cc, Zl, Zp), and the bidirectional embeddings, overrides and isolates that can disguise a text. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/** @param longest characters (code points) that are kept; what is cut off shows as an ellipsis */
export function oneLine(value: string, longest: number): string {
  const line = value.toWellFormed().replace(UNFIT, ' ').replace(/\s+/g, ' ').trim();
  // A code point has at most two code units, so the head of the text is enough to count.
  const head = Array.from(line.slice(0, 2 * longest + 2));
  return head.length <= longest
    ? line
    : `${head
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}
