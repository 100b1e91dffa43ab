/** Looks at what the cache holds for some keys, and then at their items. Writes nothing. */
import { canonicalJson, exactly } from '../../stream/canonical-json.ts';
import type { BatchContext } from '../../stream/processor.ts';
import { storedMs, versionKey } from '../compare-and-set.ts';
import { type CacheState, DEFAULT_LIFE_MS, type Desired, entryParts } from '../effect.ts';
import { accepted, type Command } from '../redis.ts';
import type { CacheProjection } from './target.ts';

export interface Look {
  readonly desired: Desired;
  readonly itemExists: boolean;
  readonly found: Found;
  /** When the cache was looked at, milliseconds since the epoch. */
  readonly atMs: number;
}

/** - `missing`: the cache should hold a value, and holds none. - `extra`: it holds one, and should not. */
export type Found =
  | { readonly kind: 'as-desired'; readonly holds: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'extra' }
  /** `fields` are names of attributes, or `expiry`, or `version`. */
  | { readonly kind: 'different'; readonly fields: readonly string[] };

/** Keys in one look: what is read of them is held in memory, and an item may have 400 KB. */
const AT_ONCE = 50;

/**
 * The cache first, the item after it (consistent): where both agree, the item's state was in place when it was read.
 *
 * @returns in the order of the ids
 * @throws what reading the items or asking the cache throws
 */
export async function look(
  projection: CacheProjection,
  ids: readonly string[],
  context: BatchContext,
): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    looks.push(...(await lookAtSome(projection, ids.slice(from, from + AT_ONCE), context)));
  }
  return looks;
}

async function lookAtSome(
  projection: CacheProjection,
  ids: readonly string[],
  context: BatchContext,
): Promise<readonly Look[]> {
  const { readItems, itemKey, desired } = projection;
  const { stored, atMs } = await readStored(projection, ids, context);
  const items = await readItems(ids.map(itemKey), context.deadline.signal);
  return ids.map((_, index) => {
    const wanted = desired(items[index]);
    const held = stored[index] ?? NOTHING;
    const state: CacheState = wanted.ok ? wanted.effect : { kind: 'evict', ttlsSeen: [] };
    return { desired: wanted, itemExists: items[index] !== undefined, found: found(held, state, atMs), atMs };
  });
}

interface Stored {
  readonly json: string | undefined;
  readonly version: string;
  /** Milliseconds since the epoch; undefined: never. */
  readonly expiresAtMs: number | undefined;
}

const NOTHING: Stored = { json: undefined, version: '', expiresAtMs: undefined };

async function readStored(
  { redis, prefix }: CacheProjection,
  ids: readonly string[],
  { deadline, clock }: BatchContext,
): Promise<{ readonly stored: readonly Stored[]; readonly atMs: number }> {
  const keys = ids.map((id) => prefix + id);
  const read: Command = ['MGET', ...keys, ...keys.map(versionKey)];
  const lives = keys.map((key): Command => ['PTTL', key]);
  const [reply, ...left] = await redis.send([read, ...lives], deadline.signal);
  const atMs = clock.now();
  const values = accepted(reply);
  const text = (index: number) => {
    const value = Array.isArray(values) ? values[index] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const stored = ids.map((_, index) => {
    const leftMs = Number(accepted(left[index]));
    return {
      json: text(index),
      version: text(ids.length + index) ?? '',
      expiresAtMs: leftMs < 0 ? undefined : atMs + leftMs,
    };
  });
  return { stored, atMs };
}

function found(stored: Stored, state: CacheState, nowMs: number): Found {
  if (isEnding(stored, state, nowMs)) return { kind: 'as-desired', holds: stored.json !== undefined };
  const wanted = entryParts(state, nowMs).value;
  if (wanted === undefined || state.kind === 'evict')
    return stored.json === undefined ? { kind: 'as-desired', holds: false } : { kind: 'extra' };
  if (stored.json === undefined) return { kind: 'missing' };
  const fields = [
    ...differingNames(stored.json, state.value),
    ...(expiresRightly(stored, state.ttl === undefined ? undefined : wanted.expiresAtMs, nowMs)
      ? []
      : ['expiry']),
    // Without it a late record would be taken for news.
    ...(stored.version === '' ? ['version'] : []),
  ];
  return fields.length === 0 ? { kind: 'as-desired', holds: true } : { kind: 'different', fields };
}

/** Two clocks and an answer's way lie between them. */
const TOLERANCE_MS = 1_000;

/** The item lapses just now, and so does its value: whether that is still there is as right as that it is not. */
function isEnding({ json, expiresAtMs }: Stored, state: CacheState, nowMs: number): boolean {
  const isNear = (ms: number | undefined) => ms !== undefined && Math.abs(ms - nowMs) <= TOLERANCE_MS;
  if (state.kind !== 'hold' || state.ttl === undefined || !isNear(state.ttl * 1_000)) return false;
  return json === undefined || isNear(expiresAtMs);
}

/** What has no time to live was given a whole life when it was stored, whenever that was. */
function expiresRightly({ expiresAtMs }: Stored, wantedMs: number | undefined, nowMs: number): boolean {
  if (expiresAtMs === undefined) return false;
  return wantedMs === undefined
    ? expiresAtMs <= nowMs + DEFAULT_LIFE_MS + TOLERANCE_MS
    : Math.abs(expiresAtMs - storedMs(wantedMs)) <= TOLERANCE_MS;
}

function differingNames(json: string, value: object): readonly string[] {
  const held = new Map(membersOf(json).map(([name, member]) => [name, canonicalJson(member)]));
  const wanted = new Map(Object.entries(value).map(([name, member]) => [name, canonicalJson(member)]));
  const names = new Set([...held.keys(), ...wanted.keys()]);
  return [...names].filter((name) => held.get(name) !== wanted.get(name)).sort();
}

/** What is no JSON was not written by us: all that should be there is missing. */
function membersOf(json: string): readonly [name: string, member: unknown][] {
  try {
    const value = exactly(json);
    return typeof value === 'object' && value !== null ? Object.entries(value) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
