/** Says of failed records what carrying them out would come to for ratings: computes what a redrive would compute, and keeps nothing. */
import { failureOf } from '../../../shared/stream/failure-of.ts';
import type { BatchContext, Plan } from '../../../shared/stream/processor.ts';
import { unjudged, type Verdict } from '../../../shared/stream/verdict.ts';
import type { RatingIntent } from '../decide.ts';
import { compute, type RatingRequest } from './compute.ts';
import { byProvider, requestsOf } from './in-lanes.ts';
import { RatingLockInvalid } from './rated.ts';
import type { RatingTables } from './tables.ts';

export function ratingPlan(tables: RatingTables): Plan<RatingIntent> {
  return async (work, context) => {
    const requests = requestsOf(work);
    const verdicts = await byProvider(requests, (providerId, group) =>
      ofProvider(providerId, group, context, tables),
    );
    return requests.map((request) => verdicts.get(request) ?? unjudged);
  };
}

async function ofProvider(
  providerId: string,
  requests: readonly RatingRequest[],
  context: BatchContext,
  tables: RatingTables,
): Promise<ReadonlyMap<RatingRequest, Verdict>> {
  const same = (verdict: Verdict) => new Map(requests.map((request) => [request, verdict]));
  try {
    // A redrive does not wait for a review to be visible, so a plan must: a rating computed too early would stay without it.
    const computed = await compute({ providerId, requests }, { ...context, redriven: false }, tables);
    switch (computed.kind) {
      case 'gone':
        return same({ kind: 'gone' });
      case 'waiting':
        return same(notVisible);
      case 'computed': {
        const inPlace = computed.plan.transactions.length === 0;
        const judged = same({ kind: inPlace ? 'already-applied' : 'apply' });
        for (const request of computed.waiting) judged.set(request, notVisible);
        return judged;
      }
    }
  } catch (error) {
    return same({
      kind: 'unresolvable',
      failure: failureOf(error),
      passing: !(error instanceof RatingLockInvalid),
    });
  }
}

const notVisible: Verdict = {
  kind: 'unresolvable',
  failure: { code: 'REVIEW_NOT_VISIBLE' },
  passing: true,
};
