/** Two descriptions of one thing, compared field by field. Pure. */

/** Texts, numbers and flags by name; a member may be such a description itself. */
export interface Description {
  readonly [field: string]: string | number | boolean | undefined | Description;
}

export interface Difference {
  /** E.g. `table ek-bharath-bids`. */
  readonly what: string;
  /** E.g. `indexes.BuyerIndex.key`. */
  readonly field: string;
  /** As text; `absent` where there is none. */
  readonly template: string;
  readonly live: string;
}

/** Fields that are undefined on the live side where that side could not be asked are left out by the caller. */
export function differences(
  what: string,
  template: Description,
  live: Description,
  path: readonly string[] = [],
): Difference[] {
  const names = [...new Set([...Object.keys(template), ...Object.keys(live)])].sort();
  return names.flatMap((name): Difference[] => {
    const [wanted, found] = [template[name], live[name]];
    const place = [...path, name];
    if (isDescription(wanted) && isDescription(found)) return differences(what, wanted, found, place);
    if (wanted === found) return [];
    return [{ what, field: place.join('.'), template: shown(wanted), live: shown(found) }];
  });
}

function isDescription(value: Description[string]): value is Description {
  return typeof value === 'object';
}

function shown(value: Description[string]): string {
  if (value === undefined) return 'absent';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
