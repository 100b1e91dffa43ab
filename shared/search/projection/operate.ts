/** A search projection as the operator's commands see it: compared, mended and listed by key, and filled into the next index. */
import { untilSettled } from '../../stream/backoff.ts';
import type { ProjectionOutcome } from '../../stream/latest-state.ts';
import type { BatchContext } from '../../stream/processor.ts';
import type { Comparison, ListedKeys, ListPage, Projection } from '../../stream/projection.ts';
import { previousAlias } from '../index-aliases.ts';
import { fillNext } from './fill.ts';
import { differences, type Look, looker } from './look.ts';
import { type Doubtful, reconcile } from './reconcile.ts';
import type { SearchProjection, SearchWork } from './search-work.ts';
import { type Answer, send } from './send.ts';
import { readStored } from './stored.ts';
import { unread } from './wanted.ts';

export function operatedSearch(projection: SearchProjection): Projection {
  const look = looker(projection);
  return {
    async compare(keys, context) {
      const looks = await look(keys, context);
      return keys.map((key) => comparisonOf(looks.get(key) ?? unread));
    },
    async reconcile(keys, context) {
      const work = [...new Set(keys)].map(workOf);
      const outcomes = await untilSettled(work, context, (pending) =>
        mend(projection, pending, { ...context, redriven: true }),
      );
      const byKey = new Map(work.map(({ key }, index) => [key, outcomes[index] ?? unread]));
      return keys.map((key) => byKey.get(key) ?? unread);
    },
    list: (page, context) => list(projection, page, context),
    fill: (keys, context) => fillNext(projection, keys, context),
  };
}

function comparisonOf(look: Look): Comparison {
  if (look.kind === 'transient') return { kind: 'unread', failure: look.failure };
  const { document, wanted } = look;
  if (!wanted.desired.ok) return { kind: 'unprojectable', failure: wanted.desired.failure };
  const fields = differences(document, wanted.desired.effect);
  if (fields === undefined) return { kind: document.kind === 'present' ? 'extra' : 'missing' };
  return fields.length === 0 ? { kind: 'equal' } : { kind: 'different', fields };
}

/** No record stands behind it, so it has neither a position nor an event's id. */
function workOf(key: string): SearchWork {
  const change = { eventId: '', eventName: 'MODIFY', keys: {}, expired: false } as const;
  return { key, change, effect: { kind: 'current' } };
}

/**
 * After a rebuild an index may know lower versions than the one before it, which took writes while it was filled: what came before
 * the switch must stay older than what is written here.
 */
async function mend(
  projection: SearchProjection,
  pending: readonly SearchWork[],
  context: BatchContext,
): Promise<readonly ProjectionOutcome[]> {
  const outcomes = new Map<SearchWork, ProjectionOutcome>();
  const before = await readStored(
    { client: projection.client, alias: previousAlias(projection.alias) },
    pending.map(({ key }) => key),
    context,
  );
  const doubtful = pending.flatMap((work, index): Doubtful[] => {
    const stored = before[index] ?? unread;
    if (stored.kind === 'present')
      return [{ work, conflicted: false, leastVersion: Math.min(stored.version + 1, MAX_VERSION) }];
    if (stored.kind === 'absent' || stored.failure.type === NO_INDEX) return [{ work, conflicted: false }];
    outcomes.set(work, stored);
    return [];
  });
  for (const [work, outcome] of await reconcile(projection, doubtful, context)) outcomes.set(work, outcome);
  return pending.map((work) => outcomes.get(work) ?? unread);
}

/** There is none before the first rebuild, and after it was dropped. */
const NO_INDEX = 'index_not_found_exception';

const MAX_VERSION = Number.MAX_SAFE_INTEGER;

interface OfShards {
  readonly timed_out?: boolean;
  readonly _shards?: { readonly failed?: number };
}

interface Hits extends OfShards {
  readonly hits?: { readonly hits?: readonly { readonly _id: string; readonly sort?: readonly unknown[] }[] };
}

/** In the order of the ids, as searches see the index: the first page makes sure that they see all. */
async function list(
  { client, alias, idField }: SearchProjection,
  { after, limit }: ListPage,
  context: BatchContext,
): Promise<ListedKeys> {
  if (after === undefined)
    whole(await send<OfShards>(() => client.indices.refresh({ index: alias }), context));
  const body = {
    size: limit,
    _source: false,
    track_total_hits: false,
    query: { match_all: {} },
    sort: [{ [idField]: { order: 'asc' as const } }],
    ...(after === undefined ? {} : { search_after: [after] }),
  };
  const { hits } = whole(await send<Hits>(() => client.search({ index: alias, body }), context));
  const found = hits?.hits;
  if (!Array.isArray(found)) throw new ListingFailed('SEARCH_READ_FAILED');
  const last = found.at(-1)?.sort?.[0];
  return {
    keys: found.map(({ _id: id }) => id),
    ...(found.length === limit && typeof last === 'string' ? { after: last } : {}),
  };
}

/** What some shards did not answer is missing, and a page that is short would be taken for the last (OpenSearch, "Search": partial results). */
function whole<Body extends OfShards>(answer: Answer<Body>): Body {
  if (answer.kind !== 'answered') throw new ListingFailed(answer.failure.code);
  const { timed_out: isCut = false, _shards: shards } = answer.body;
  if (isCut || shards?.failed !== 0) throw new ListingFailed('SEARCH_ANSWERED_IN_PART');
  return answer.body;
}

/** The engine could not be asked just now, or would not answer; `code` says which. */
class ListingFailed extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`the index cannot be listed: ${code}`);
    this.name = 'ListingFailed';
    this.code = code;
  }
}
