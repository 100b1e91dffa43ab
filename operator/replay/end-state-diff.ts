/** What a replay changed: the end state before and after it, in counts and field by field. Pure. */
import { type DiffStyle, diffLines, type FieldDifference, fieldDifferences } from './diff.ts';
import type { EndState } from './end-state.ts';

export interface PartDifference {
  /** E.g. `inbox row`. */
  readonly what: string;
  readonly keys: number;
  /** How many were there, before and after. */
  readonly before: number;
  readonly after: number;
  /** Of what is not only there or not there; paths begin with the key. */
  readonly changed: readonly FieldDifference[];
}

/** Of these only whether they are there says anything. */
const ONLY_THERE = new Set(['inbox row', 'claim']);

export function endStateDifferences(before: EndState, after: EndState): readonly PartDifference[] {
  return [...after.parts].flatMap(([what, now]) => {
    const earlier = before.parts.get(what);
    if (earlier === undefined) return [];
    const there = (state: ReadonlyMap<string, unknown>) =>
      [...state.values()].filter((one) => one !== undefined).length;
    const changed = ONLY_THERE.has(what)
      ? []
      : [...now.keys()]
          .sort()
          .flatMap((key) => fieldDifferences(earlier.get(key), now.get(key), JSON.stringify(key)));
    return [{ what, keys: now.size, before: there(earlier), after: there(now), changed }];
  });
}

/** @param most differences shown of each part */
export function endStateLines(parts: readonly PartDifference[], most: number, style: DiffStyle): string[] {
  return parts.flatMap(({ what, keys, before, after, changed }) => {
    const rest = changed.length - most;
    const counts = ONLY_THERE.has(what)
      ? `${before} → ${after} of ${keys}`
      : changed.length === 0
        ? `${keys} keys, none changed`
        : `${keys} keys, ${changed.length} differences`;
    return [
      `${what}: ${counts}`,
      ...diffLines(changed.slice(0, most), style),
      ...(rest > 0 ? [`  … and ${rest} more; --json has all`] : []),
    ];
  });
}
