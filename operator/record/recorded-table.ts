/** Finds the table whose stream is to be recorded, by its name, by what the infrastructure calls it, or by its processor. */
import { Problem } from '../../local/problem.ts';
import type { System } from '../system/system.ts';

export interface RecordedTable {
  readonly name: string;
  readonly streamArn: string;
  /** How many mappings read its stream already. */
  readonly readers: number;
}

/** @throws Problem with what there is to choose from */
export function recordedTable(
  { tables, processors }: Pick<System, 'tables' | 'processors'>,
  { table: wanted, processor }: { readonly table?: string; readonly processor?: string },
): RecordedTable {
  if ((wanted === undefined) === (processor === undefined))
    throw new Problem('say which stream: --table or --processor, one of them');
  const mappings = processors.flatMap((one) => one.mappings);
  const readersOf = (streamArn: string) => mappings.filter((one) => one.streamArn === streamArn).length;
  if (processor !== undefined) {
    const mapping = processors.find(({ name }) => name === processor)?.mappings[0];
    if (mapping === undefined)
      throw new Problem(
        `--processor: there is no ${processor}; there is ${listed(processors.map(({ name }) => name))}`,
      );
    return { name: mapping.table, streamArn: mapping.streamArn, readers: readersOf(mapping.streamArn) };
  }
  const found = tables.filter(({ name, role }) => name === wanted || role === wanted);
  const [table, other] = found;
  if (table === undefined)
    throw new Problem(`--table: there is no ${wanted}; with a stream there is ${listed(withStream(tables))}`);
  if (other !== undefined)
    throw new Problem(
      `--table: ${wanted} may be ${listed(found.map(({ name }) => name))}; say the whole name`,
    );
  if (table.streamArn === undefined)
    throw new Problem(
      `--table: ${table.name} has no stream; with one there is ${listed(withStream(tables))}`,
    );
  return { name: table.name, streamArn: table.streamArn, readers: readersOf(table.streamArn) };
}

const withStream = (tables: System['tables']) =>
  tables.flatMap(({ name, streamArn }) => (streamArn === undefined ? [] : [name]));

const listed = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));
