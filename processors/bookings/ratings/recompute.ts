/**
 * Keeps what was computed of one provider's rating and of its services': in one transaction, on condition that nobody has rated
 * them in between. So every computation reads its reviews after the one before it was kept.
 */
import type { Outcome } from '../../../shared/stream/outcome.ts';
import type { BatchContext } from '../../../shared/stream/processor.ts';
import type { Measure } from '../../../shared/telemetry/measurements.ts';
import { compute, type RatingRequest } from './compute.ts';
import type { RatingTables, RatingWrite } from './tables.ts';

export interface RatingPorts {
  readonly tables: RatingTables;
  readonly measure: Measure;
}

/** @param requests all of one provider. @returns one outcome for each */
export async function recompute(
  providerId: string,
  requests: readonly RatingRequest[],
  context: BatchContext,
  ports: RatingPorts,
): Promise<ReadonlyMap<RatingRequest, Outcome>> {
  const { tables, measure } = ports;
  const computed = await compute({ providerId, requests }, context, tables);
  switch (computed.kind) {
    case 'gone':
      return all(requests, { kind: 'gone' });
    case 'waiting':
      return all(requests, notVisible);
    case 'computed': {
      const { plan, waiting, withoutReview, outOfRange } = computed;
      if (withoutReview > 0) measure('RatedWithoutReview', 'count', withoutReview);
      if (outOfRange > 0) measure('ReviewsOutOfRange', 'count', outOfRange);
      if (plan.dropped > 0) measure('RecentReviewsDropped', 'count', plan.dropped);
      const outcome = await keep(plan.transactions, context, ports);
      return new Map([...all(requests, outcome), ...all(waiting, notVisible)]);
    }
  }
}

const notVisible: Outcome = { kind: 'transient', failure: { code: 'REVIEW_NOT_VISIBLE' } };

function all(requests: readonly RatingRequest[], outcome: Outcome): ReadonlyMap<RatingRequest, Outcome> {
  return new Map(requests.map((request) => [request, outcome]));
}

/** Nothing to write: what should be there is there. */
export async function keep(
  transactions: readonly (readonly RatingWrite[])[],
  { deadline }: BatchContext,
  { tables, measure }: RatingPorts,
): Promise<Outcome> {
  for (const transaction of transactions) {
    const result = await tables.write(transaction, deadline.signal);
    switch (result.kind) {
      case 'written':
        continue;
      case 'lock-lost':
        measure('RatingLockLost', 'count', 1);
        return { kind: 'transient', failure: { code: 'RATING_LOCK_LOST' } };
      case 'refused':
        return { kind: 'poison', failure: { code: 'RATING_REFUSED', type: result.type } };
    }
  }
  if (transactions.length === 0) return { kind: 'duplicate' };
  measure('RatingsComputed', 'count', 1);
  return { kind: 'applied' };
}
