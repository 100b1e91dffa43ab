/** The end of a run in numbers: the JSON object of `--json`, and the same for people. */
import type { Effects } from './effects/watch-effects.ts';
import type { Comparison } from './index-equals-table.ts';
import type { Tally } from './tally.ts';

export interface StreamSummary {
  /** Records that came out of the stream. */
  readonly records: number;
  /** Done with: processed, filtered out, or given up by the mapping. */
  readonly settled: number;
  /** Filtered out by the mapping. */
  readonly filtered: number;
  /** Given up by the mapping: attempts or age exhausted. */
  readonly givenUp: number;
}

export interface Summary {
  /** Records done with. */
  readonly records: number;
  /** By table. */
  readonly perStream: Readonly<Record<string, StreamSummary>>;
  /** In the index at the end. */
  readonly documents: number;
  /** Letters that came into the dead-letter queues. */
  readonly deadLetters: number;
  readonly superseded: number;
  /** Without effect by a stated rule, or filtered out by the mapping. */
  readonly ignored: number;
  /** From the first write to the end of the last record. */
  readonly seconds: number;
  readonly recordsPerSecond: number;
  /** Delay from the acceptance of a write to the end of its record; `null` if nothing was measured. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** From the acceptance of the last write to the end of the last record. */
  readonly drainMs: number;
  /** Peak of the sum over all processes of the run, synthesis included. */
  readonly maxRssMb: number;
  readonly indexEqualsTable: boolean;
  /** Every notification that the fed records mean is a row of its inbox, and no other is. */
  readonly inboxEqualsExpected: boolean;
  /** Ratings of providers and services are those that their reviews make. */
  readonly ratingsEqualReviews: boolean;
  /** Of every analysis that changed in this run, the cache holds what the table does. */
  readonly cacheEqualsTable: boolean;
  /** Sent in this run; the run is a success only if each was sent once. */
  readonly emails: number;
}

export interface RunEnd {
  readonly summary: Summary;
  readonly comparison: Comparison;
  readonly effects: Effects;
  readonly tally: Tally;
  readonly unwritable: ReadonlyMap<string, number>;
  /** Why the run does not count as a success; empty if it does. */
  readonly shortfalls: readonly string[];
}

export function summaryText({ summary, comparison, effects, tally, unwritable, shortfalls }: RunEnd): string {
  const ms = (value: number | null) => (value === null ? '–' : `${Math.round(value)} ms`);
  const { inbox, ratings, cache, mails } = effects;
  const lines = [
    `${summary.records} records in ${summary.seconds.toFixed(1)} s (${Math.round(summary.recordsPerSecond)}/s), ` +
      `drained ${ms(summary.drainMs)} after the last write`,
    `delay: half within ${ms(summary.p50Ms)}, 99 of 100 within ${ms(summary.p99Ms)}`,
    `applied ${tally.outcomes.applied}, superseded ${summary.superseded}, duplicates ${tally.outcomes.duplicate}, ` +
      `gone ${tally.outcomes.gone}, ignored ${summary.ignored}${listed(tally.ignoredByRule)}`,
    `dead letters ${summary.deadLetters}${listed(tally.failures)}`,
    ...Object.entries(summary.perStream)
      .filter(([, { records }]) => records > 0)
      .map(
        ([table, { records, settled, filtered }]) =>
          `  ${table}: ${settled} of ${records} settled, ${filtered} filtered out`,
      ),
    `${summary.documents} documents; index ${summary.indexEqualsTable ? 'equals' : 'DIFFERS FROM'} table` +
      (comparison.notComparable > 0 ? ` (${comparison.notComparable} items are dead letters)` : ''),
    `${inbox.count} notifications; inboxes ${inbox.equal ? 'equal' : 'DIFFER FROM'} what the records mean`,
    `${ratings.count} reviews; ratings ${ratings.equal ? 'equal' : 'DIFFER FROM'} them`,
    `${cache.count} cached analyses; cache ${cache.equal ? 'equals' : 'DIFFERS FROM'} table`,
    `${mails.count} e-mails; ${mails.equal ? 'each was sent once' : 'NOT each was sent once'}`,
    `memory: at most ${summary.maxRssMb} MB over all processes`,
    ...[...unwritable].map(([reason, count]) => `not written: ${count} × ${reason}`),
    ...[comparison, inbox, ratings, cache, mails]
      .flatMap(({ differences }) => differences)
      .map((difference) => `differs: ${difference}`),
    ...shortfalls.map((shortfall) => `NOT DONE: ${shortfall}`),
  ];
  return lines.join('\n');
}

function listed(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
