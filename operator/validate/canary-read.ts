/** Whether a mapping has read a canary: on this machine its checkpoint says so, on AWS a metric that only canaries move. */
import { CANARY_RULE } from '../../shared/stream/canary.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { ChosenMapping } from '../mappings/choose.ts';
import { localStatus } from '../status/local-status.ts';
import { type Figure, readFigures } from '../status/metrics.ts';
import type { System } from '../system/system.ts';
import type { Seen } from './canary-stream.ts';

export interface ReadOptions {
  readonly system: System;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Before the canary was written. */
  readonly begunMs: number;
}

/** An idle mapping here is done at once; metrics are up to three minutes late. */
const LOCAL = { everyMs: 250, patienceMs: 30_000 };
const DEPLOYED = { everyMs: 15_000, patienceMs: 6 * 60_000 };

export async function wasRead(chosen: ChosenMapping, seen: Seen, options: ReadOptions): Promise<boolean> {
  const { clock, signal, system } = options;
  const { gatewayUrl } = system;
  const { everyMs, patienceMs } = gatewayUrl === undefined ? DEPLOYED : LOCAL;
  const look = () =>
    gatewayUrl === undefined ? isCounted(chosen, options) : isPassed(chosen, seen, gatewayUrl);
  const untilMs = clock.now() + patienceMs;
  while (!(await look())) {
    if (clock.now() >= untilMs) return false;
    await sleep(clock, everyMs, signal);
  }
  return true;
}

async function isPassed({ mapping }: ChosenMapping, seen: Seen, gatewayUrl: string): Promise<boolean> {
  const own = (await localStatus(gatewayUrl)).find(({ id }) => id === mapping.id);
  const checkpoint = own?.checkpoints[seen.shardId];
  return checkpoint !== undefined && BigInt(checkpoint) >= BigInt(seen.sequenceNumber);
}

/**
 * The processor counts what it ignores by the canaries' rule. Where the mapping's filter holds them back, they are among what it filtered
 * out; others may be too, so that says less: that the mapping reads.
 */
async function isCounted({ mapping, processor }: ChosenMapping, options: ReadOptions): Promise<boolean> {
  const { cloudWatch } = options.system.clients;
  if (cloudWatch === undefined) return false;
  const figures: Figure[] = [
    {
      namespace: 'Streamkeeper',
      metric: `Ignored.${CANARY_RULE}`,
      dimension: { name: 'service', value: processor.name },
      as: 'sum',
    },
    {
      namespace: 'AWS/Lambda',
      metric: 'FilteredOutEventCount',
      dimension: { name: 'EventSourceMappingUUID', value: mapping.id },
      as: 'sum',
    },
  ];
  // Data points are of whole minutes.
  const fromMs = Math.floor(options.begunMs / 60_000) * 60_000;
  const [ignored = 0, filtered = 0] = await readFigures(cloudWatch, figures, {
    fromMs,
    toMs: options.clock.now(),
  });
  return ignored + filtered > 0;
}
