/** Requests for ratings by their providers, some of them at once. */
import type { Work } from '../../../shared/stream/processor.ts';
import type { RatingIntent } from '../decide.ts';
import type { RatingRequest } from './compute.ts';

/** Providers worked on at once. */
const LANES = 8;

export function requestsOf(work: readonly Work<RatingIntent>[]): readonly RatingRequest[] {
  return work.map(({ change, effect }) => ({
    ...effect,
    ...(change.createdAtMs === undefined ? {} : { eventAtMs: change.createdAtMs }),
  }));
}

/** @param answer must not reject; what it answers for no request is left out */
export async function byProvider<Asked extends { readonly providerId: string }, Answer>(
  asked: readonly Asked[],
  answer: (providerId: string, group: readonly Asked[]) => Promise<ReadonlyMap<Asked, Answer>>,
): Promise<ReadonlyMap<Asked, Answer>> {
  const answers = new Map<Asked, Answer>();
  const groups = [...Map.groupBy(asked, ({ providerId }) => providerId)];
  const lane = async () => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      for (const [one, its] of await answer(...group)) answers.set(one, its);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, groups.length) }, lane));
  return answers;
}
