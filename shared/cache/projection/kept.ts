/** The cache as the operator's commands see it: compared with the table, mended, and listed by what it holds. */
import type { Outcome } from '../../stream/outcome.ts';
import type { BatchContext } from '../../stream/processor.ts';
import type { Comparison, ListedKeys, ListPage, Projection } from '../../stream/projection.ts';
import { CURRENT } from '../effect.ts';
import { accepted, type Reply } from '../redis.ts';
import { type Look, look } from './look.ts';
import { cacheProjection } from './project.ts';
import type { CacheProjection, CacheWork } from './target.ts';

/** Keys are the ids of items. */
export function cacheKept(projection: CacheProjection): Projection {
  const project = cacheProjection(projection);
  return {
    compare: (ids, context) =>
      forDistinct(ids, async (distinct) => (await look(projection, distinct, context)).map(comparison)),
    reconcile: (ids, context) =>
      forDistinct<Outcome>(ids, (distinct) =>
        project(distinct.map(asItIsNow), { ...context, redriven: true }),
      ),
    list: (page, context) => list(projection, page, context),
  };
}

async function forDistinct<T>(
  ids: readonly string[],
  answer: (distinct: readonly string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const distinct = [...new Set(ids)];
  const answers = await answer(distinct);
  const answerOf = new Map(distinct.map((id, index) => [id, answers[index]]));
  return ids.flatMap((id) => answerOf.get(id) ?? []);
}

/** The work that a key without a record stands for. Without a position it is carried out by the item alone. */
function asItIsNow(key: string): CacheWork {
  return { key, change: { eventId: '', eventName: 'MODIFY', keys: {}, expired: false }, effect: CURRENT };
}

function comparison({ desired, found }: Look): Comparison {
  if (!desired.ok) return { kind: 'unprojectable', failure: desired.failure };
  return found.kind === 'as-desired' ? { kind: 'equal' } : found;
}

/**
 * By SCAN, which gives every key that is there throughout at least once (Redis, "SCAN: Scan guarantees"), and somewhat more or
 * fewer in a page than it was asked for. Tombstones are not listed: they stand for nothing that the cache holds.
 */
async function list(
  { redis, prefix }: CacheProjection,
  { after = '0', limit }: ListPage,
  { deadline }: BatchContext,
): Promise<ListedKeys> {
  if (!/^\d{1,20}$/.test(after))
    throw new TypeError('projection.after: expected what the page before ended with');
  let cursor = after;
  const ids = new Set<string>();
  do {
    const scan = ['SCAN', cursor, 'MATCH', `${prefix}*`, 'COUNT', String(limit)] as const;
    const [reply] = await redis.send([scan], deadline.signal);
    const [next, keys] = pageOf(accepted(reply));
    for (const key of keys) ids.add(key.slice(prefix.length));
    cursor = next;
  } while (cursor !== '0' && ids.size === 0 && !deadline.passed());
  return { keys: [...ids], ...(cursor === '0' ? {} : { after: cursor }) };
}

function pageOf(reply: Reply): readonly [cursor: string, keys: readonly string[]] {
  const [cursor, keys] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
  if (typeof cursor !== 'string' || !Array.isArray(keys))
    throw new TypeError('the cache answered no page of a scan');
  return [cursor, keys.filter((key) => typeof key === 'string')];
}
