/** `npm run bench -- <what> [--json] [--short]`: what the shipped code costs, beside the stock way and the engine's own limit, in one run. */
import { Command } from 'commander';
import { benchProducts, type ProductsBenchRow } from './products/scenario.ts';
import { withSearchEngine } from './search-engine.ts';
import type { Spread } from './statistics.ts';

const say = (line: string): void => console.error(`bench: ${line}`);

interface Options {
  readonly json: boolean;
  readonly short: boolean;
}

const program = new Command('bench')
  .description('Measures in alternating rounds and prints medians with minimum and maximum.')
  .showHelpAfterError();

program
  .command('products')
  .description(
    'product changes into the search index; on a real OpenSearch where Java and Maven are there, else on the embedded engine',
  )
  .option('--json', 'print the figures as one JSON object', false)
  .option('--short', '3 rounds of one batch size: a look, not a measurement', false)
  .addHelpText('after', '\nExample:\n  npm run bench -- products --short')
  .action(products);

async function products({ json, short }: Options): Promise<void> {
  await withSearchEngine(say, async ({ endpoint, engine }) => {
    const rounds = short ? 3 : 7;
    const batchSizes = short ? [1_000] : [100, 1_000, 3_400];
    const rows = await benchProducts({ endpoint, rounds, batchSizes, say });
    if (json) console.log(JSON.stringify({ bench: 'products', engine, rounds, rows }));
    else print(engine, rounds, rows);
  });
}

function print(engine: string, rounds: number, rows: readonly ProductsBenchRow[]): void {
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

function show({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} [${min.toFixed(digits)} – ${max.toFixed(digits)}]`;
}

await program.parseAsync();
