/** What must hold at the end of a run of chaos. */
import type { EndState } from './end-state.ts';
import type { Check } from './report.ts';

export interface ChecksOptions {
  readonly end: EndState;
  /** What had not drained. */
  readonly obstacles: readonly string[];
  /** Records given up of which no letter was kept. */
  readonly lost: number;
  /** Processes that ended, and nobody had killed them. */
  readonly ends: readonly string[];
  /** Faults that could not be carried out or taken back. */
  readonly failures: readonly string[];
  /** Letters that a redrive ought to have settled. */
  readonly left: readonly string[];
}

const SHOWN = 5;

export function checksOf({ end, obstacles, lost, ends, failures, left }: ChecksOptions): readonly Check[] {
  const { index, effects, mails } = end;
  const check = (
    name: string,
    holds: boolean,
    found: string,
    differences: readonly string[] = [],
  ): Check => ({
    name,
    holds,
    found,
    differences: differences.slice(0, SHOWN),
  });
  const equal = (name: string, one: { equal: boolean; differences: readonly string[] }, found: string) =>
    check(name, one.equal, found, one.differences);
  return [
    check('everything drained', obstacles.length === 0, `${end.records} records`, obstacles),
    check('nothing lost', lost === 0, `${lost} records given up without a letter`),
    check('dead letters settled', left.length === 0, `${left.length} left that are no poison`, left),
    equal(
      'index equals table',
      index,
      `${index.documents} documents, ${index.notComparable} items are poison`,
    ),
    equal('each notification stored once', effects.inbox, `${effects.inbox.count} notifications`),
    equal('ratings equal reviews', effects.ratings, `${effects.ratings.count} reviews`),
    equal('cache equals table', effects.cache, `${effects.cache.count} analyses`),
    check(
      'each mail sent, and again only beside a fault',
      mails.missing === 0 && mails.unexplained === 0,
      `${effects.mails.count} mails, ${mails.missing} missing, ${mails.repeated} repeated beside a fault, ${mails.unexplained} repeated without one`,
      mails.missing === 0 ? [] : effects.mails.differences,
    ),
    check('nothing ended by itself', ends.length === 0, `${ends.length} processes`, ends),
    check('every fault was carried out', failures.length === 0, `${failures.length} were not`, failures),
  ];
}
