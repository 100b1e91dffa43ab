/** `npm run bench -- <what> [--json] [--short]`: what the shipped code costs, beside the stock way and the engine's own limit, in one run. */
import { Command } from 'commander';
import { printProducts, printResults } from './print.ts';
import { benchCache } from './scenarios/cache.ts';
import { idempotency } from './scenarios/idempotency.ts';
import { notifications } from './scenarios/notifications.ts';
import { benchProducts } from './scenarios/products/scenario.ts';
import { ratings, wholeRatings } from './scenarios/ratings.ts';
import { benchRedrive } from './scenarios/redrive/scenario.ts';
import { withSearchEngine } from './search-engine.ts';

const say = (line: string): void => console.error(`bench: ${line}`);

interface Options {
  readonly json: boolean;
  readonly short: boolean;
}

const program = new Command('bench')
  .description('Measures in alternating rounds and prints medians with minimum and maximum.')
  .addHelpText('after', '\nExamples:\n  npm run bench -- products --short\n  npm run bench -- cache --json')
  .showHelpAfterError();

function scenario(name: string, description: string, run: (options: Options) => Promise<void>): void {
  program
    .command(name)
    .description(description)
    .option('--json', 'print the figures as one JSON object', false)
    .option('--short', '3 small rounds: a look, not a measurement', false)
    .action(run);
}

/** Of a scenario whose results are a row per way. */
function rows<Result extends { readonly way: string }>(
  name: string,
  measure: (options: Options) => Promise<readonly Result[]>,
): (options: Options) => Promise<void> {
  return async (options) => {
    const results = await measure(options);
    if (options.json) console.log(JSON.stringify({ bench: name, results }));
    else printResults(name, results);
  };
}

const rounds = ({ short }: Options): number => (short ? 3 : 7);

scenario(
  'products',
  'product changes into the search index; on a real OpenSearch where Java and Maven are there, else on the embedded engine',
  (options) =>
    withSearchEngine(say, async ({ endpoint, engine }) => {
      const batchSizes = options.short ? [1_000] : [100, 1_000, 3_400];
      const measured = await benchProducts({ endpoint, rounds: rounds(options), batchSizes, say });
      if (options.json) console.log(JSON.stringify({ bench: 'products', engine, rows: measured }));
      else printProducts(engine, rounds(options), measured);
    }),
);

scenario(
  'idempotency',
  'claims and completions alone, with an effect that does nothing',
  rows('idempotency', (options) =>
    idempotency({ records: options.short ? 200 : 1_000, rounds: rounds(options) }),
  ),
);

scenario(
  'notifications',
  'chat messages into inboxes and over the WebSocket API',
  rows('notifications', (options) =>
    notifications({ records: options.short ? 200 : 1_000, rounds: rounds(options) }),
  ),
);

scenario(
  'ratings',
  'reviewed bookings into ratings of providers and services',
  rows('ratings', (options) =>
    ratings(options.short ? { providers: 10, reviews: 50, events: 200, rounds: 3 } : wholeRatings),
  ),
);

scenario(
  'cache',
  'analyses into Redis; on a real server where there is one, else on the embedded one',
  async (options) => {
    const records = options.short ? 500 : 2_000;
    const result = await benchCache({
      records,
      valueBytes: 4_096,
      rounds: rounds(options),
      environment: process.env,
      say,
    });
    if (options.json) console.log(JSON.stringify({ bench: 'cache', ...result }));
    else printResults('cache', [{ way: result.engine, ...result }]);
  },
);

scenario(
  'redrive',
  "dead letters planned and redriven, beside the queue engine's own receive-and-delete",
  rows('redrive', ({ short }) =>
    benchRedrive({
      letters: short ? 1_000 : 10_000,
      recordBytes: [1_000, 16_000],
      rounds: short ? 1 : 3,
      say,
    }),
  ),
);

await program.parseAsync();
