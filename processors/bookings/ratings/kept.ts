/** The ratings as the operator's commands see them: held against the reviews, computed again under their lock, and listed. */
import { untilSettled } from '../../../shared/stream/backoff.ts';
import { failureOf } from '../../../shared/stream/failure-of.ts';
import type { Failure, Outcome } from '../../../shared/stream/outcome.ts';
import type { BatchContext } from '../../../shared/stream/processor.ts';
import type { Comparison, ListedKeys, ListPage, Projection } from '../../../shared/stream/projection.ts';
import { ratingKeyText } from '../rating-key.ts';
import { compute } from './compute.ts';
import { byProvider } from './in-lanes.ts';
import type { RatingDifference } from './plan.ts';
import { RatingLockInvalid } from './rated.ts';
import { type Found, findRatings, type KeyedRating } from './rating-of-key.ts';
import { keep, type RatingPorts } from './recompute.ts';
import type { RatedTable } from './tables.ts';

/** Keys are `provider:<id>` and `service:<id>`. */
export function ratingsKept(ports: RatingPorts): Projection {
  return {
    async compare(keys, context) {
      const found = await findRatings(keys, ports.tables, context.deadline.signal);
      const comparisons = await byProvider(ratingsIn(found), (providerId, group) =>
        compareGroup(providerId, group, context, ports),
      );
      return found.map((one) => {
        if (one.kind === 'none') return equal;
        if (one.kind === 'impossible') return { kind: 'unprojectable', failure: one.failure };
        return comparisons.get(one.rating) ?? { kind: 'unread', failure: { code: 'NO_ANSWER' } };
      });
    },
    reconcile: (keys, context) =>
      untilSettled(
        keys.map((key) => ({ key })),
        context,
        (pending) =>
          reconcileOnce(
            pending.map(({ key }) => key),
            context,
            ports,
          ),
      ),
    list: (page, context) => list(page, context, ports),
  };
}

const equal: Comparison = { kind: 'equal' };

function ratingsIn(found: readonly Found[]): readonly KeyedRating[] {
  return found.flatMap((one) => (one.kind === 'rating' ? [one.rating] : []));
}

async function compareGroup(
  providerId: string,
  group: readonly KeyedRating[],
  context: BatchContext,
  { tables }: RatingPorts,
): Promise<ReadonlyMap<KeyedRating, Comparison>> {
  const answer = (comparisonOf: (rating: KeyedRating) => Comparison) =>
    new Map(group.map((rating) => [rating, comparisonOf(rating)]));
  try {
    const computed = await compute(questionOf(providerId, group), context, tables);
    if (computed.kind !== 'computed') return answer(() => equal);
    return answer((rating) => comparison(differenceOf(rating, computed.plan.differences)));
  } catch (error) {
    const failure = failureOf(error);
    return answer(() => ({ kind: isInvalid(error) ? 'unprojectable' : 'unread', failure }));
  }
}

function comparison(difference: RatingDifference | undefined): Comparison {
  switch (difference?.kind) {
    case undefined:
    case 'equal':
      return equal;
    case 'missing':
      return { kind: 'missing' };
    case 'different':
      return { kind: 'different', fields: difference.names };
  }
}

async function reconcileOnce(
  keys: readonly string[],
  context: BatchContext,
  ports: RatingPorts,
): Promise<readonly Outcome[]> {
  let failure: Failure = { code: 'NO_ANSWER' };
  let found: readonly Found[] = [];
  try {
    found = await findRatings(keys, ports.tables, context.deadline.signal);
  } catch (error) {
    failure = failureOf(error);
  }
  const outcomes = await byProvider(ratingsIn(found), (providerId, group) =>
    reconcileGroup(providerId, group, context, ports),
  );
  return keys.map((_, index): Outcome => {
    const one = found[index];
    if (one?.kind === 'none') return { kind: 'gone' };
    if (one?.kind === 'impossible') return { kind: 'poison', failure: one.failure };
    return (one && outcomes.get(one.rating)) ?? { kind: 'transient', failure };
  });
}

async function reconcileGroup(
  providerId: string,
  group: readonly KeyedRating[],
  context: BatchContext,
  ports: RatingPorts,
): Promise<ReadonlyMap<KeyedRating, Outcome>> {
  const answer = (outcomeOf: (rating: KeyedRating) => Outcome) =>
    new Map(group.map((rating) => [rating, outcomeOf(rating)]));
  try {
    const computed = await compute(questionOf(providerId, group), context, ports.tables);
    if (computed.kind !== 'computed') return answer(() => ({ kind: 'gone' }));
    const { differences, transactions } = computed.plan;
    const kindOf = (rating: KeyedRating) => differenceOf(rating, differences)?.kind;
    const isWrong = group.some((rating) => (kindOf(rating) ?? 'equal') !== 'equal');
    const kept: Outcome = isWrong ? await keep(transactions, context, ports) : { kind: 'duplicate' };
    return answer((rating) => {
      const kind = kindOf(rating);
      if (kind === undefined) return { kind: 'gone' };
      return kind === 'equal' ? { kind: 'duplicate' } : kept;
    });
  } catch (error) {
    const failure = failureOf(error);
    return answer(() => ({ kind: isInvalid(error) ? 'poison' : 'transient', failure }));
  }
}

function questionOf(providerId: string, group: readonly KeyedRating[]) {
  const serviceIds = group.flatMap(({ table, id }) => (table === 'services' ? [id] : []));
  return { providerId, serviceIds, requests: [] };
}

/** @returns undefined where the item does not exist */
function differenceOf({ table, id }: KeyedRating, differences: readonly RatingDifference[]) {
  return differences.find((one) => one.table === table && one.id === id);
}

function isInvalid(error: unknown): boolean {
  return error instanceof RatingLockInvalid;
}

const KINDS = { providers: 'provider', services: 'service' } as const;

/** The providers first. A page may be empty, and not the last. */
async function list(
  { after = 'provider:', limit }: ListPage,
  { deadline }: BatchContext,
  { tables }: RatingPorts,
): Promise<ListedKeys> {
  const [, kind, from] = /^(provider|service):(.*)$/s.exec(after) ?? [];
  if (from === undefined) throw new TypeError('projection.after: expected what the page before ended with');
  const table: RatedTable = kind === 'provider' ? 'providers' : 'services';
  const page = await tables.ratedIds(
    table,
    { limit, ...(from === '' ? {} : { after: from }) },
    deadline.signal,
  );
  const keys = page.ids.map((id) => ratingKeyText({ kind: KINDS[table], id }));
  if (page.after !== undefined) return { keys, after: ratingKeyText({ kind: KINDS[table], id: page.after }) };
  return table === 'providers' ? { keys, after: 'service:' } : { keys };
}
