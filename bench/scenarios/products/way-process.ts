/** One way in a process of its own, so that its CPU time and memory are its own: told by messages what to run, it answers with what it cost. */

import { productRecords, renamed } from './records.ts';
import { openWay, type Way, type WayName } from './ways.ts';

export interface RunBatches {
  readonly batches: number;
  readonly batchSize: number;
  /** Makes the products of this run new to the index. */
  readonly name: string;
}

export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly maxRssMb: number;
}

const [name, endpoint, alias, mostRecords] = process.argv.slice(2);
const way: Way = await openWay(name as WayName, String(endpoint), String(alias));
const records = await productRecords(Number(mostRecords));

async function run({ batches, batchSize, name }: RunBatches): Promise<Cost> {
  const nowMs = Date.now();
  const ready = Array.from({ length: batches }, (_, batch) =>
    way.prepare(renamed(records.slice(0, batchSize), `${name}-${batch}`, nowMs)),
  );
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  for (const batch of ready) await batch();
  const wallMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, maxRssMb: process.resourceUsage().maxRSS / 1024 };
}

process.on('message', (message: RunBatches) => {
  run(message).then(
    (cost) => process.send?.(cost),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.('ready');
