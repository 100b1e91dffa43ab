/**
 * What is in place for what a replay touches, read before it and after it: by read-only access to the tables, and by the projection's own
 * comparison where the store cannot be reached from here. What cannot be seen is named, never passed over.
 */

import { type ItemKey, itemReader } from '../../shared/dynamodb/read-items.ts';
import { dynamodbClaimTable } from '../../shared/idempotency/dynamodb-claim-table.ts';
import type { EventKey } from '../../shared/idempotency/event-key.ts';
import { createRecall } from '../../shared/idempotency/recall.ts';
import type { Item } from '../../shared/stream/change.ts';
import { startDeadline } from '../../shared/stream/deadline.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { MAX_REQUEST_KEYS, openProjectionDoor } from '../reconcile/door.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import type { Touched } from './touched.ts';

export interface EndStatePorts {
  readonly system: Pick<System, 'clients' | 'tables'>;
  readonly processor: ProcessorFacts;
  /** The replay's id, under which its claims are. */
  readonly id: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

export interface EndState {
  /** By what it is, e.g. `index`, `inbox row`, `claim`, `provider`; each a map from key to what is there. */
  readonly parts: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  /** What cannot be seen from here, and why. */
  readonly unseen: readonly string[];
}

/** Processors that keep something equal to their table, and what. */
const PROJECTIONS: Readonly<Record<string, string | undefined>> = {
  products: 'index',
  'analysis-results': 'cache',
};

const UNSEEN: Readonly<Record<string, readonly string[] | undefined>> = {
  products: ['the values of documents: the function says of each only whether it equals the table'],
  'analysis-results': ['the cached values: the function says of each only whether it equals the table'],
  bids: [
    'what devices received: a push leaves no trace; a row that was in the inbox before stays, and is pushed again',
  ],
  conversations: [
    'what devices received: a push leaves no trace; a row that was in the inbox before stays, and is pushed again',
  ],
  bookings: ['what mailboxes received: a claim says that a mail was handed over'],
  analytics: ['metrics: they count the replayed events once more'],
};

export async function readEndState(touched: Touched, ports: EndStatePorts): Promise<EndState> {
  const { system, processor } = ports;
  const parts = new Map<string, ReadonlyMap<string, unknown>>();
  const unseen = [...(UNSEEN[processor.name] ?? [])];
  const tableOf = (role: string) => system.tables.find((table) => table.role === role)?.name;

  const projection = PROJECTIONS[processor.name];
  if (projection !== undefined) await part(projection, () => compared([...touched.orderingKeys], ports));
  await fromTable(
    'inbox row',
    'userSessions',
    touched.inboxRows,
    (key) => JSON.parse(key) as ItemKey,
    () => true,
  );
  await fromTable('provider', 'providers', touched.providers, (providerId) => ({ providerId }), ratingOf);
  await fromTable('service', 'services', touched.services, (serviceId) => ({ serviceId }), ratingOf);
  if (touched.claims.size > 0) {
    const table = tableOf('idempotency');
    if (table === undefined) unseen.push('claims: the stage has no idempotency table of its own');
    else await part('claim', () => claimed([...touched.claims], table, ports));
  }
  return { parts, unseen };

  async function fromTable(
    what: string,
    role: string,
    names: ReadonlySet<string>,
    keyOf: (name: string) => ItemKey,
    shown: (item: Item) => unknown,
  ): Promise<void> {
    if (names.size === 0) return;
    const table = tableOf(role);
    if (table === undefined) unseen.push(`${what}s: the stage has no table ${role}`);
    else
      await part(what, async () => {
        const all = [...names];
        const items = await itemReader(system.clients.dynamodb(table), table)(all.map(keyOf), ports.signal);
        return new Map(all.map((name, index) => [name, items[index] && shown(items[index])]));
      });
  }

  async function part(what: string, read: () => Promise<ReadonlyMap<string, unknown>>): Promise<void> {
    try {
      parts.set(what, await read());
    } catch (error) {
      ports.signal.throwIfAborted();
      unseen.push(`${what}s: cannot be read (${error instanceof Error ? error.name : typeof error})`);
    }
  }
}

async function compared(
  keys: readonly string[],
  ports: EndStatePorts,
): Promise<ReadonlyMap<string, unknown>> {
  const { id, processor, system } = ports;
  const door = openProjectionDoor({
    ...ports,
    lambda: system.clients.lambda,
    id,
    functionName: processor.functionName,
  });
  const state = new Map<string, unknown>();
  for (let from = 0; from < keys.length; from += MAX_REQUEST_KEYS) {
    const page = keys.slice(from, from + MAX_REQUEST_KEYS);
    const comparisons = await door.compare(page);
    for (const [index, key] of page.entries()) {
      const one = comparisons[index];
      state.set(
        key,
        one?.kind === 'different' ? `different: ${[...one.fields].sort().join(', ')}` : one?.kind,
      );
    }
  }
  return state;
}

/** A page of claims; each key may be read by itself once more. */
const CLAIMS_AT_ONCE = 500;
const CLAIMS_MS = 60_000;

async function claimed(
  names: readonly string[],
  table: string,
  { system, processor, id, clock, random }: EndStatePorts,
): Promise<ReadonlyMap<string, unknown>> {
  // On this machine the table is on each system's own engine, beside the table whose changes these are.
  const client = system.clients.dynamodb(processor.mappings[0]?.table ?? table);
  const recall = createRecall({ table: dynamodbClaimTable(client, table), processor: processor.name });
  const state = new Map<string, unknown>();
  for (let from = 0; from < names.length; from += CLAIMS_AT_ONCE) {
    const page = names.slice(from, from + CLAIMS_AT_ONCE);
    const deadline = startDeadline(clock, CLAIMS_MS);
    try {
      const context = { clock, random, deadline, redriven: true, replay: id };
      const recalled = await recall(
        page.map((name) => JSON.parse(name) as EventKey),
        context,
      );
      page.forEach((name, index) => {
        const { kind = 'open' } = recalled[index] ?? {};
        state.set(name, kind === 'open' ? undefined : kind);
      });
    } finally {
      deadline.cancel();
    }
  }
  return state;
}

/** What a rating consists of, of a provider's or a service's item. */
function ratingOf({ rating, reviewCount, reviews }: Item): unknown {
  return {
    rating: rating ?? null,
    reviewCount: reviewCount ?? null,
    ...(Array.isArray(reviews) ? { reviews: reviews.length } : {}),
  };
}
