/** products → search: the shipped function against the stock way, parallel and in order, and against the engine's own limit. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createSearchClient } from '../../../shared/search/client.ts';
import { ensureProductIndex } from '../../../shared/search/index-admin.ts';
import { ratios, type Spread, spread } from '../../statistics.ts';
import type { Cost, RunBatches } from './way-process.ts';
import { type WayName, wayNames } from './ways.ts';

export interface ProductsBenchOptions {
  readonly endpoint: string;
  readonly rounds: number;
  readonly batchSizes: readonly number[];
  readonly say: (line: string) => void;
}

export interface WayFigures {
  readonly recordsPerSecond: Spread;
  readonly cpuMicrosPerRecord: Spread;
  readonly maxRssMb: number;
}

export interface ProductsBenchRow {
  readonly batchSize: number;
  readonly ways: Readonly<Record<WayName, WayFigures>>;
  /** Of the shipped function to each other way, round by round. */
  readonly speedup: Readonly<Record<Exclude<WayName, 'streamkeeper'>, Spread>>;
  readonly cpuShareOfStockParallel: Spread;
}

/** Records per round and way: enough batches that a round is not a moment, few enough that the slowest way ends. */
const RECORDS_PER_ROUND = 3_000;

export async function benchProducts(options: ProductsBenchOptions): Promise<readonly ProductsBenchRow[]> {
  const processes = await openAll(options);
  try {
    await inTurn(processes, { batches: 2, batchSize: 500, name: 'warm-up' });
    const rows: ProductsBenchRow[] = [];
    for (const batchSize of options.batchSizes) rows.push(await measure(processes, batchSize, options));
    return rows;
  } finally {
    for (const { child } of processes) child.kill();
  }
}

interface OpenWay {
  readonly name: WayName;
  readonly child: ChildProcess;
}

/** An index for each way: none pays for the documents of another. */
async function openAll({ endpoint, batchSizes }: ProductsBenchOptions): Promise<readonly OpenWay[]> {
  const client = createSearchClient({ endpoint, signing: 'none' });
  return Promise.all(
    wayNames.map(async (name): Promise<OpenWay> => {
      const alias = `bench-${name}`;
      await ensureProductIndex(client, { alias, version: 'v1', replicas: 0 });
      const most = String(Math.max(500, ...batchSizes));
      const child = fork(join(import.meta.dirname, 'way-process.ts'), [name, endpoint, alias, most], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      await once(child, 'message');
      return { name, child };
    }),
  );
}

async function measure(
  processes: readonly OpenWay[],
  batchSize: number,
  { rounds, say }: ProductsBenchOptions,
): Promise<ProductsBenchRow> {
  const batches = Math.max(1, Math.round(RECORDS_PER_ROUND / batchSize));
  const costs: Record<WayName, Cost>[] = [];
  for (let round = 0; round < rounds; round++) {
    costs.push(await inTurn(processes, { batches, batchSize, name: `${batchSize}-${round}` }));
    say(`batches of ${batchSize}: round ${round + 1} of ${rounds}`);
  }
  return summarize(batchSize, batches * batchSize, costs);
}

/** One round: each way once, one after the other. */
async function inTurn(processes: readonly OpenWay[], run: RunBatches): Promise<Record<WayName, Cost>> {
  const costs: [WayName, Cost][] = [];
  for (const { name, child } of processes) {
    child.send(run);
    const [answer] = (await once(child, 'message')) as [Cost | { error: string }];
    if ('error' in answer) throw new Error(`${name}: ${answer.error}`);
    costs.push([name, answer]);
  }
  return Object.fromEntries(costs) as Record<WayName, Cost>;
}

function summarize(
  batchSize: number,
  records: number,
  costs: readonly Record<WayName, Cost>[],
): ProductsBenchRow {
  const rates = (name: WayName) => costs.map((round) => (records / round[name].wallMs) * 1000);
  const cpu = (name: WayName) => costs.map((round) => (round[name].cpuMs * 1000) / records);
  const figures = (name: WayName): WayFigures => ({
    recordsPerSecond: spread(rates(name)),
    cpuMicrosPerRecord: spread(cpu(name)),
    maxRssMb: Math.round(Math.max(...costs.map((round) => round[name].maxRssMb))),
  });
  const ours = rates('streamkeeper');
  return {
    batchSize,
    ways: Object.fromEntries(wayNames.map((name) => [name, figures(name)])) as ProductsBenchRow['ways'],
    speedup: {
      'stock-parallel': ratios(ours, rates('stock-parallel')),
      'stock-in-order': ratios(ours, rates('stock-in-order')),
      limit: ratios(ours, rates('limit')),
    },
    cpuShareOfStockParallel: ratios(cpu('streamkeeper'), cpu('stock-parallel')),
  };
}
