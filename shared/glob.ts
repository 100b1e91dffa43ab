/** Patterns with wildcards, matched in time that grows with pattern times text: no pattern and no text can make it backtrack without end. */

/** Any characters, also none. */
export const ANY_RUN = Symbol('any run');
/** Any one character. */
export const ANY_ONE = Symbol('any one');

/** A text stands for one character: any of its own. */
export type GlobPart = string | typeof ANY_RUN | typeof ANY_ONE;

/** Where only `*` is special. */
export function globParts(pattern: string): readonly GlobPart[] {
  return pattern.split('').map((unit) => (unit === '*' ? ANY_RUN : unit));
}

/** Whether the whole text is as the pattern says. Going back to the last run is enough: what an earlier one took less of, it can take too. */
export function globMatches(parts: readonly GlobPart[], text: string): boolean {
  let at = 0;
  let part = 0;
  let run: { readonly part: number; from: number } | undefined;
  while (at < text.length) {
    const wanted = parts[part];
    if (wanted === ANY_RUN) run = { part: part++, from: at };
    else if (wanted === ANY_ONE || wanted?.includes(text.charAt(at))) {
      part++;
      at++;
    } else if (run !== undefined) {
      part = run.part + 1;
      at = ++run.from;
    } else return false;
  }
  while (parts[part] === ANY_RUN) part++;
  return part === parts.length;
}
