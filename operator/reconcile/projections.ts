/** The processors that keep something equal to a table, and where a system has what belongs to them. A new one is a line here. */
import { Problem } from '../../local/problem.ts';
import { analysisResultsOperated } from '../../processors/analysis-results/operate.ts';
import { bookingsOperated } from '../../processors/bookings/operate.ts';
import { productsOperated } from '../../processors/products/operate.ts';
import type { Operated } from '../../shared/operate/operated.ts';
import type { ProcessorFacts, System } from '../system/system.ts';

export interface OperatedProcessor extends Operated {
  /** True where it is built anew beside itself, by the steps of the processor's set-up function. */
  readonly isRebuilt: boolean;
}

const PROJECTIONS: readonly OperatedProcessor[] = [
  { ...productsOperated, isRebuilt: true },
  { ...analysisResultsOperated, isRebuilt: false },
  { ...bookingsOperated, isRebuilt: false },
];

export interface FoundProjection {
  readonly operated: OperatedProcessor;
  readonly facts: ProcessorFacts;
  /** Its name in the system. */
  readonly table: string;
}

/** @throws Problem when the processor keeps nothing, or the system has none of that name */
export function findProjection(
  { processors, tables, title }: Pick<System, 'processors' | 'tables' | 'title'>,
  name: string,
): FoundProjection {
  const operated = PROJECTIONS.find(({ processor }) => processor === name);
  if (operated === undefined)
    throw new Problem(
      `--processor ${name}: keeps nothing equal to a table; these do: ${PROJECTIONS.map(({ processor }) => processor).join(', ')}`,
    );
  const facts = processors.find((processor) => processor.name === name);
  if (facts === undefined) throw new Problem(`--processor ${name}: ${title} has none`);
  // A role is unique in its stack only: it is the stack whose stream the processor reads.
  const stack = tables.find((table) => table.name === facts.mappings[0]?.table)?.stack;
  const table = tables.find((one) => one.role === operated.table && one.stack === stack);
  if (table === undefined) throw new Problem(`${title}: the stack of ${name} has no table ${operated.table}`);
  return { operated, facts, table: table.name };
}
