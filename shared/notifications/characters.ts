/** Cuts text between characters as people see them, so that no letter loses its vowel sign and no emoji its half. */

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How far beyond the limit one has to look to know where a character ends. */
const LOOKAHEAD = 200;

/**
 * @param most the most characters of the result, by every way of counting: UTF-16 units, code points and graphemes
 * @returns `text` as it is when short enough, else its beginning and an ellipsis
 */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = 0;
  for (const { index, segment } of segmenter.segment(text.slice(0, most + LOOKAHEAD))) {
    if (index + segment.length > most - 1) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end).trimEnd()}…`;
}

/** @returns the text on one line, white space at its ends and in its runs reduced */
export function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
