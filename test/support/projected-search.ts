/** A table in memory, projected into the embedded product index, and what others do to both between two requests. */
import { onTestFinished } from 'vitest';
import { type Delivery, inProcessConnection } from '../../local/search-engine/index.ts';
import { parseUrl } from '../../local/search-engine/request.ts';
import { createSearchClient } from '../../shared/search/client.ts';
import type { Operation } from '../../shared/search/projection/bulk.ts';
import type {
  SearchEffect,
  SearchProjection,
  SearchState,
} from '../../shared/search/projection/search-work.ts';
import type { Change } from '../../shared/stream/change.ts';
import type { BatchContext } from '../../shared/stream/processor.ts';
import { batchContext } from './batch-context.ts';
import { ALIAS, type ProductIndex, productIndex } from './product-index.ts';

/** Quantities of items that our schema refuses, and that the engine does. */
export const INVALID = -1;
export const REFUSED = -2;

export interface ProjectedSearch {
  readonly projection: SearchProjection;
  readonly context: ReturnType<typeof batchContext>;
  readonly index: ProductIndex;
  /** The table: quantities by product id. */
  readonly items: Map<string, number>;
  /** What was asked for, in order: `items` for a read of the table, else the last part of a request's path. */
  readonly asked: string[];
  /** Every document that was sent to be written or deleted, whatever became of it. */
  readonly sent: Operation[];
  /** Called just before what was asked is carried out; a request may be given a fate, a read fails with what it throws. */
  before: (asked: string) => Delivery | undefined;
  /** Writes or deletes a document, as another invocation would. */
  write(operation: Operation, alias?: string): void;
  /** @returns undefined where the index holds nothing under this id */
  stored(id?: string, alias?: string): { readonly version: number; readonly quantity: number } | undefined;
  run<T>(work: Promise<T>): Promise<T>;
}

export function stateOf(quantity: number): SearchState {
  const refused = quantity === REFUSED ? { harvestDate: 'yesterday' } : {};
  return { kind: 'index', document: { productId: 'p1', status: 'active', quantity, ...refused } };
}

export const documentOf = (version: number, quantity: number, eventId?: string): Operation => ({
  id: 'p1',
  version,
  source: JSON.stringify({ productId: 'p1', status: 'active', quantity, eventId }),
});

/** Of `p1`, at this position of the stream, by an event of the position's own name. */
export function workOf<Effect extends SearchEffect>(
  sequenceNumber: number | undefined,
  effect: Effect,
  change: Partial<Change> = {},
): { key: string; change: Change; effect: Effect } {
  const position = sequenceNumber === undefined ? {} : { sequenceNumber: String(sequenceNumber) };
  const eventId = `event-${sequenceNumber}`;
  return {
    key: 'p1',
    change: { eventId, eventName: 'MODIFY', keys: {}, expired: false, ...position, ...change },
    effect,
  };
}

export function projectedSearch(
  options: Pick<BatchContext, 'redriven'> | { deadlineMs?: number } = {},
): ProjectedSearch {
  const context = batchContext(options);
  const index = productIndex(context.clock);
  onTestFinished(() => index.close());
  const items = new Map<string, number>();
  const asked: string[] = [];
  const sent: Operation[] = [];
  const ask = (name: string) => {
    asked.push(name);
    return world.before(name);
  };
  const Connection = inProcessConnection(index.engine, ({ path, body }) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name === '_bulk') sent.push(...operationsOf(body));
    return ask(name);
  });
  const projection: SearchProjection = {
    client: createSearchClient({ endpoint: 'http://embedded', signing: 'none', Connection }),
    alias: ALIAS,
    idField: 'productId',
    itemKey: (id) => ({ id }),
    readItems: async (keys) => {
      ask('items');
      return keys.map(({ id = '' }) => (items.has(id) ? { quantity: items.get(id) ?? 0 } : undefined));
    },
    desired: (_id, item) => {
      if (item === undefined) return { ok: true, effect: { kind: 'delete' } };
      if (item['quantity'] === INVALID) return { ok: false, failure: { code: 'INVALID_PRODUCT' } };
      return { ok: true, effect: stateOf(Number(item['quantity'])) };
    },
  };
  const world: ProjectedSearch = {
    projection,
    context,
    index,
    items,
    asked,
    sent,
    before: () => undefined,
    write: (operation, alias = ALIAS) => {
      const body = linesOf(operation);
      index.engine.handle({ method: 'POST', ...parseUrl(`/${alias}/_bulk`), body });
    },
    stored: (id = 'p1', alias = ALIAS) => {
      const answer = index.call('POST', `/${alias}/_mget`, { ids: [id] });
      const [found] = (JSON.parse(JSON.stringify(answer)) as Found).docs;
      return found?._source && { version: Number(found._version), quantity: found._source.quantity };
    },
    run: (work) => context.clock.runUntil(work),
  };
  return world;
}

/** An item and its document change between the two reads of them, whichever comes first. */
export function overtakenBetweenReads(world: ProjectedSearch, version: number): void {
  world.before = () => {
    if (world.asked.length === 2) {
      world.items.set('p1', version);
      world.write(documentOf(version, version));
    }
    return undefined;
  };
}

interface Found {
  readonly docs: readonly {
    readonly _version?: number;
    readonly _source?: { readonly quantity: number };
  }[];
}

function linesOf({ id: _id, version, source }: Operation): string {
  const action = { [source === undefined ? 'delete' : 'index']: { _id, version, version_type: 'external' } };
  return `${JSON.stringify(action)}\n${source === undefined ? '' : `${source}\n`}`;
}

function operationsOf(body: string): readonly Operation[] {
  const lines = body.trimEnd().split('\n');
  const operations: Operation[] = [];
  for (let next = lines.shift(); next !== undefined; next = lines.shift()) {
    const action = JSON.parse(next) as Record<string, { _id: string; version: number }>;
    const [name, head] = Object.entries(action)[0] ?? [];
    if (head === undefined) throw new TypeError(`no operation: ${next}`);
    const source = name === 'delete' ? undefined : lines.shift();
    operations.push({ id: head._id, version: head.version, ...(source === undefined ? {} : { source }) });
  }
  return operations;
}
