/** Carries out the ratings of a batch: once per provider and its services, however many of their bookings' events it holds. */
import { untilSettled } from '../../../shared/stream/backoff.ts';
import { failureOf } from '../../../shared/stream/failure-of.ts';
import type { Outcome } from '../../../shared/stream/outcome.ts';
import type { BatchContext, CarryOut } from '../../../shared/stream/processor.ts';
import type { RatingIntent } from '../decide.ts';
import type { RatingRequest } from './compute.ts';
import { byProvider, requestsOf } from './in-lanes.ts';
import { RatingLockInvalid } from './rated.ts';
import { type RatingPorts, recompute } from './recompute.ts';

export function ratings(ports: RatingPorts): CarryOut<RatingIntent> {
  return async (work, context) => {
    const requests = requestsOf(work);
    return untilSettled(requests, context, (pending) => onePass(pending, context, ports));
  };
}

async function onePass(
  requests: readonly RatingRequest[],
  context: BatchContext,
  ports: RatingPorts,
): Promise<readonly Outcome[]> {
  const outcomes = await byProvider(requests, (providerId, group) =>
    ofProvider(providerId, group, context, ports),
  );
  return requests.map(
    (request) => outcomes.get(request) ?? { kind: 'transient', failure: { code: 'NO_ANSWER' } },
  );
}

async function ofProvider(
  providerId: string,
  requests: readonly RatingRequest[],
  context: BatchContext,
  ports: RatingPorts,
): Promise<ReadonlyMap<RatingRequest, Outcome>> {
  const same = (outcome: Outcome) => new Map(requests.map((request) => [request, outcome]));
  if (context.deadline.passed()) return same({ kind: 'transient', failure: { code: 'DEADLINE' } });
  try {
    return await recompute(providerId, requests, context, ports);
  } catch (error) {
    const failure = failureOf(error);
    return same(
      error instanceof RatingLockInvalid ? { kind: 'poison', failure } : { kind: 'transient', failure },
    );
  }
}
