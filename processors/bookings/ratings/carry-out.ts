/** Carries out the ratings of a batch: once per provider and its services, however many of their bookings' events it holds. */
import { untilSettled } from '../../../shared/stream/backoff.ts';
import { failureOf } from '../../../shared/stream/failure-of.ts';
import type { Outcome } from '../../../shared/stream/outcome.ts';
import type { BatchContext, CarryOut } from '../../../shared/stream/processor.ts';
import type { RatingIntent } from '../decide.ts';
import { RatingLockInvalid } from './rated.ts';
import { type RatingPorts, type RatingRequest, recompute } from './recompute.ts';

/** Providers worked on at once. */
const LANES = 8;

export function ratings(ports: RatingPorts): CarryOut<RatingIntent> {
  return async (work, context) => {
    const requests = work.map(
      ({ change, effect }): RatingRequest => ({
        ...effect,
        ...(change.createdAtMs === undefined ? {} : { eventAtMs: change.createdAtMs }),
      }),
    );
    return untilSettled(requests, context, (pending) => onePass(pending, context, ports));
  };
}

async function onePass(
  requests: readonly RatingRequest[],
  context: BatchContext,
  ports: RatingPorts,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<RatingRequest, Outcome>();
  const groups = [...Map.groupBy(requests, ({ providerId }) => providerId)];
  const lane = async () => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      for (const [request, outcome] of await ofProvider(...group, context, ports))
        outcomes.set(request, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, groups.length) }, lane));
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
