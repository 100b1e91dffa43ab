/** A letter of no known form: kept and shown with the reason, so that somebody can decide. */
import type { LetterContent } from './letter.ts';

/** @param details what was found and what to do; never the text itself */
export function unknownLetter(code: string, details: string): LetterContent {
  return { form: 'unknown', records: [], resolvable: false, reason: { code, details } };
}
