/** Benchmark figures for a person: medians, with minimum and maximum beside them. */
import type { ProductsBenchRow } from './scenarios/products/scenario.ts';
import { type Spread, spread } from './statistics.ts';

export function printProducts(engine: string, rounds: number, rows: readonly ProductsBenchRow[]): void {
  console.log(`products → search on ${engine}; medians of ${rounds} alternating rounds [minimum – maximum]`);
  for (const { batchSize, ways, speedup, cpuShareOfStockParallel } of rows) {
    console.log(`\nbatches of ${batchSize}`);
    console.table(
      Object.fromEntries(
        Object.entries(ways).map(([name, figures]) => [
          name,
          {
            'records/s': show(figures.recordsPerSecond, 0),
            'client CPU µs/record': show(figures.cpuMicrosPerRecord, 0),
            'peak RSS MB': figures.maxRssMb,
          },
        ]),
      ),
    );
    console.log(`  × stock parallel   ${show(speedup['stock-parallel'], 1)}`);
    console.log(`  × stock in order   ${show(speedup['stock-in-order'], 1)}`);
    console.log(`  of the limit       ${show(speedup.limit, 2)}`);
    console.log(`  CPU, of stock      ${show(cpuShareOfStockParallel, 2)}`);
  }
}

/** One block per way; lists of numbers become medians, what is nested is shown beneath. */
export function printResults(name: string, results: readonly { readonly way: string }[]): void {
  console.log(`${name}; medians [minimum – maximum]`);
  for (const { way, ...figures } of results) {
    console.log(`\n${way}`);
    printFigures(figures, '  ');
  }
}

function printFigures(figures: object, indent: string): void {
  for (const [figure, value] of Object.entries(figures)) {
    const text = textOf(value);
    console.log(`${indent}${figure}${text === undefined ? '' : `  ${text}`}`);
    if (text === undefined) printFigures(value as object, `${indent}  `);
  }
}

function textOf(value: unknown): string | undefined {
  if (isSpread(value)) return show(value, 2);
  if (Array.isArray(value) && value.every((one) => typeof one === 'number')) return show(spread(value), 2);
  return typeof value === 'object' && value !== null ? undefined : String(value);
}

function isSpread(value: unknown): value is Spread {
  return typeof value === 'object' && value !== null && 'median' in value && 'min' in value && 'max' in value;
}

function show({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} [${min.toFixed(digits)} – ${max.toFixed(digits)}]`;
}
