/** Which letters were not read for a reason that passes: what is in them may be had when they are read again. */
import type { Letter } from './letter.ts';

/** The service did not answer, or did not allow it: nothing is said of the records themselves. */
const PASSING = new Set(['OBJECT_UNREACHABLE', 'OBJECT_DENIED', 'STREAM_UNREACHABLE', 'STREAM_DENIED']);

export function mayBeReadLater({ resolvable, reason }: Pick<Letter, 'resolvable' | 'reason'>): boolean {
  return !resolvable && reason !== undefined && PASSING.has(reason.code);
}
