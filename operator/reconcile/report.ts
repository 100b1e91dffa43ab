/** What `reconcile` and `drift` say at their end: counts, and the keys for which something is left, with names of fields and codes only. */
import { printable } from '../dead-letters/record-facts.ts';
import { count, counted } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import { codeOf } from './door.ts';
import { type KeyResult, type LeftKey, leftCount, type Tally, total } from './tally.ts';

const WORDS: Readonly<Record<KeyResult, string>> = {
  equal: 'equal',
  reconciled: 'reconciled',
  gone: 'gone with their items',
  filled: 'filled into the next index',
  missing: 'missing, though there is an item',
  extra: 'there, though there is no item',
  different: 'different from their items',
  unprojectable: 'cannot follow their items as those are now',
  refused: 'refused by the store',
  failed: 'could not be looked at or settled',
};

export function summary(tally: Tally): string {
  const parts = (Object.keys(WORDS) as KeyResult[]).flatMap((result) => {
    const found = tally.counts[result];
    return found === undefined ? [] : [`${count(found)} ${WORDS[result]}`];
  });
  return parts.length === 0 ? 'no keys' : `${counted(total(tally), 'key')}: ${parts.join(', ')}`;
}

/** Keys for which the same is left for the same reason: a rule that many items break is one thing to mend. */
interface LeftGroup {
  readonly result: KeyResult;
  readonly what: string;
  readonly keys: readonly string[];
}

/** @param shown groups, those of most keys first */
export function renderLeft(
  tally: Tally,
  shown: number,
  out: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>,
): string {
  if (tally.left.length === 0) return '';
  const groups = groupsOf(tally.left);
  const table = renderTable<LeftGroup>(
    groups.slice(0, shown),
    [
      { title: 'IS', text: ({ result }) => result },
      { title: 'KEYS', text: ({ keys }) => count(keys.length), align: 'right' },
      { title: 'WHAT', text: ({ what }) => what, atLeast: 20 },
      { title: 'E.G.', text: ({ keys }) => keys.slice(0, KEYS_SHOWN).map(printable).join(', '), atLeast: 12 },
    ],
    out,
  );
  const shownKeys = groups.slice(0, shown).reduce((sum, { keys }) => sum + keys.length, 0);
  const more = leftCount(tally) - shownKeys;
  return more > 0 ? `${table}… and ${counted(more, 'more key')} (--json names up to 10,000)\n` : table;
}

const KEYS_SHOWN = 3;

function groupsOf(left: readonly LeftKey[]): LeftGroup[] {
  return [...Map.groupBy(left, (one) => JSON.stringify([one.result, whatOf(one)])).values()]
    .flatMap(([first, ...others]): LeftGroup[] => {
      if (first === undefined) return [];
      const keys = [first, ...others].map(({ key }) => key);
      return [{ result: first.result, what: whatOf(first), keys }];
    })
    .sort((a, b) => b.keys.length - a.keys.length);
}

function whatOf({ fields, failure }: LeftKey): string {
  if (fields !== undefined) return fields.map(printable).join(', ');
  if (failure === undefined) return '';
  return failure.details === undefined ? codeOf(failure) : `${codeOf(failure)}: ${failure.details}`;
}

/** With `--json`. */
export function jsonOf(tally: Tally): object {
  return { keys: total(tally), counts: tally.counts, leftCount: leftCount(tally), left: tally.left };
}
