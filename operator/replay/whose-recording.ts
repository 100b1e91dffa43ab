/**
 * Whose records a recording holds. Another stream's processor ignores every one of them by rule, which looks like a finding about the
 * code: such a recording is refused at its first record instead.
 */
import { ekBharathTables } from '../../infra/tables/ek-bharath.ts';
import { marketplaceTables } from '../../infra/tables/marketplace.ts';
import { opportunityAnalysisTables } from '../../infra/tables/opportunity-analysis.ts';
import { Problem } from '../../local/problem.ts';
import type { ProcessorFacts } from '../system/system.ts';
import type { RecordedRecord } from './recorded.ts';

const FOLLOWED: Readonly<Record<string, readonly { readonly name: string }[]>> = {
  products: [ekBharathTables.products],
  bids: [ekBharathTables.bids],
  conversations: [ekBharathTables.conversations],
  bookings: [marketplaceTables.bookings],
  'analysis-results': [opportunityAnalysisTables.results],
  analytics: [opportunityAnalysisTables.sessions, opportunityAnalysisTables.history],
};

export const PROCESSORS: readonly string[] = Object.keys(FOLLOWED);

/** Whatever a stage puts before a table's name or says in it, its recordings can be told; but not where `tableNames` renames it. */
export function isFollowedBy(processor: string, table: string): boolean {
  return namesOf(processor).some((name) => {
    const [before = '', after] = name.split('<stage>');
    return after === undefined
      ? table === name || table.endsWith(`-${name}`)
      : table.startsWith(before) && table.endsWith(after) && table.length > before.length + after.length;
  });
}

export interface Addressee {
  readonly processor: string;
  /** Those of the system that is asked; none where it is the code of this checkout. */
  readonly processors: readonly ProcessorFacts[];
  /** The recording. */
  readonly file: string;
}

/**
 * Passes batches on. Records that name no table go on too: what nobody can decode is the processor's business.
 *
 * @throws Problem when it comes to a record of a table that the processor does not follow
 */
export async function* addressedTo(
  { processor, processors, file }: Addressee,
  batches: AsyncIterable<readonly RecordedRecord[]>,
): AsyncGenerator<readonly RecordedRecord[], void, void> {
  const live = (name: string) =>
    processors.find((one) => one.name === name)?.mappings.map(({ table }) => table) ?? [];
  const follows = (name: string, table: string) => live(name).includes(table) || isFollowedBy(name, table);
  for await (const batch of batches) {
    const stray = batch.find(({ table }) => table !== undefined && !follows(processor, table));
    if (stray?.table !== undefined) {
      const { table, number } = stray;
      const [owner] = PROCESSORS.filter((name) => follows(name, table));
      const followed = live(processor).length > 0 ? live(processor) : namesOf(processor);
      throw new Problem(
        `${file}, record ${number}: it is of the stream of table ${table}, and ${processor} follows ${followed.join(' and ')}; nothing was done; ` +
          (owner === undefined
            ? 'if that is the same table under another name, add --any-table'
            : `say --processor ${owner}, or --any-table to send it all the same`),
      );
    }
    yield batch;
  }
}

const namesOf = (processor: string) =>
  Object.hasOwn(FOLLOWED, processor) ? (FOLLOWED[processor] ?? []).map(({ name }) => name) : [];
