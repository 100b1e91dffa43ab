/** The end of records that are not delivered: which are too old, who is told, and that the shard goes on without them. */
import { type Discard, onFailureBody, onFailureKey } from './on-failure.ts';
import type { SettleContext } from './settle-batch.ts';
import type { StreamRecord } from './stream-record.ts';

/**
 * - `too-old`: older than the mapping's MaximumRecordAgeInSeconds.
 * - `trimmed`: longer in the stream than the stream keeps records.
 */
export type Expiry = 'too-old' | 'trimmed';

/** The records in front that are not to be delivered any more, all for one reason; younger ones behind them go on. */
export function expiredInFront(
  records: readonly StreamRecord[],
  context: SettleContext,
): { readonly count: number; readonly expiry: Expiry } | undefined {
  const [first] = records;
  const expiry = first && expiryOf(first, context);
  if (expiry === undefined) return undefined;
  const others = records.findIndex((record) => expiryOf(record, context) !== expiry);
  return { count: others === -1 ? records.length : others, expiry };
}

function expiryOf(record: StreamRecord, { mapping, parameters, clock }: SettleContext): Expiry | undefined {
  const nowMs = clock.now();
  const ageFromMs = parameters.ageFrom === 'creation' ? record.createdAtMs : record.arrivedAtMs;
  const { maximumRecordAgeMs: limitMs } = mapping;
  if (limitMs !== undefined && nowMs - ageFromMs > limitMs) return 'too-old';
  return nowMs - record.arrivedAtMs > parameters.retentionMs ? 'trimmed' : undefined;
}

/**
 * Sends the records to the on-failure destination, if there is one, and is done with them: a refused delivery is not tried again.
 * `expiry` says why records that are too old are given up.
 */
export async function giveUp(
  discard: Discard,
  context: SettleContext,
  expiry: Expiry = 'too-old',
): Promise<void> {
  const { clock, counts, parameters } = context;
  const atMs = clock.now();
  const isTold = expiry === 'too-old' || parameters.retentionLoss === 'destination';
  const fate = isTold ? await send(discard, atMs, context) : 'lost';
  if (fate === 'delivered') counts.OnFailureDestinationDeliveredEventCount += discard.records.length;
  if (fate === 'refused') counts.DroppedEventCount += discard.records.length;
  context.observe({
    kind: 'discarded',
    atMs,
    shardId: discard.shardId,
    sequenceNumbers: discard.records.map((record) => record.sequenceNumber),
    condition: discard.condition,
    fate,
  });
  context.done(discard.records);
}

async function send(
  discard: Discard,
  atMs: number,
  { mapping, parameters, ids, onFailure }: SettleContext,
): Promise<'delivered' | 'refused' | 'no-destination'> {
  const destination = mapping.onFailure;
  if (destination === undefined) return 'no-destination';
  if (destination.fifo) return 'refused';
  const body = onFailureBody(discard, mapping, atMs, parameters);
  const isObject = destination.service === 's3';
  const key = isObject ? { key: onFailureKey(mapping.uuid, discard.shardId, atMs, ids()) } : {};
  try {
    await onFailure({ destination: destination.arn, body, ...key });
    return 'delivered';
  } catch {
    // AWS does not try again and says nothing but a metric; the observer hears of it as a refusal.
    return 'refused';
  }
}
