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

export function renderLeft(
  tally: Tally,
  shown: number,
  out: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>,
): string {
  if (tally.left.length === 0) return '';
  const table = renderTable<LeftKey>(
    tally.left.slice(0, shown),
    [
      { title: 'Key', text: ({ key }) => printable(key), atLeast: 12 },
      { title: 'Is', text: ({ result }) => result },
      { title: 'What', text: whatOf, atLeast: 20 },
    ],
    out,
  );
  const more = leftCount(tally) - Math.min(shown, tally.left.length);
  return more > 0 ? `${table}… and ${count(more)} more (--json names up to 10,000)\n` : table;
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
