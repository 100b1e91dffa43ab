/** The other marked event: an operator's look at what a processor keeps equal to its table, or its mending, key by key. */

import { failureOf } from './failure-of.ts';
import type { Outcome } from './outcome.ts';
import type { BatchContext } from './processor.ts';
import type { Comparison, ListedKeys, Projection } from './projection.ts';

/** `{"projection": {"id": "…", "action": "compare" | "reconcile" | "fill", "keys": […]}}` or `{"…": {"id", "action": "list", "after"?, "limit"}}`. */
export type ProjectionRequest =
  | {
      readonly id: string;
      readonly action: 'compare' | 'reconcile' | 'fill';
      readonly keys: readonly string[];
    }
  | { readonly id: string; readonly action: 'list'; readonly after?: string; readonly limit: number };

export type ProjectionResponse =
  | { readonly projection: Named; readonly comparisons: readonly Keyed<Comparison>[] }
  | { readonly projection: Named; readonly outcomes: readonly Keyed<Outcome>[] }
  | ({ readonly projection: Named } & ListedKeys);

/** In the order of the keys that were asked for. */
export type Keyed<T> = T & { readonly key: string };

interface Named {
  readonly id: string;
  readonly action: ProjectionRequest['action'];
}

/** Keys in one request: with some hundred bytes each, and a read of each, well within one invocation. */
export const MAX_PROJECTION_KEYS = 1_000;

/** @throws {TypeError} naming the field when the request is not as it must be */
export function projectionRequest(event: object): ProjectionRequest | undefined {
  if (!('projection' in event) || event.projection === undefined) return undefined;
  const request = (typeof event.projection === 'object' && event.projection) || {};
  const { id, action, keys, after, limit } = request as Record<string, unknown>;
  if (typeof id !== 'string' || id === '')
    throw new TypeError('projection.id: expected text that names this run');
  switch (action) {
    case 'compare':
    case 'reconcile':
    case 'fill':
      if (!isKeys(keys))
        throw new TypeError(`projection.keys: expected a list of 1 to ${MAX_PROJECTION_KEYS} keys, as text`);
      return { id, action, keys };
    case 'list':
      if (after !== undefined && typeof after !== 'string')
        throw new TypeError('projection.after: expected what the page before ended with, as text');
      if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MAX_PROJECTION_KEYS)
        throw new TypeError(`projection.limit: expected a whole number from 1 to ${MAX_PROJECTION_KEYS}`);
      return { id, action, limit, ...(after === undefined ? {} : { after }) };
    default:
      throw new TypeError('projection.action: expected compare, reconcile, fill or list');
  }
}

function isKeys(keys: unknown): keys is readonly string[] {
  return (
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.length <= MAX_PROJECTION_KEYS &&
    keys.every((key) => typeof key === 'string' && key !== '')
  );
}

/** @throws {TypeError} when the processor keeps nothing that could be compared; whatever `list` throws */
export async function serveProjection(
  processor: { readonly name: string; readonly projection?: Projection },
  request: ProjectionRequest,
  context: BatchContext,
): Promise<ProjectionResponse> {
  const { projection } = processor;
  if (projection === undefined)
    throw new TypeError(
      `projection: the effects of ${processor.name} are messages; there is nothing to compare`,
    );
  const named = { id: request.id, action: request.action };
  switch (request.action) {
    case 'compare': {
      const comparisons = await projection
        .compare(request.keys, context)
        .catch((error: unknown) => request.keys.map((): Comparison => unread(error)));
      return { projection: named, comparisons: keyed(request.keys, comparisons, unread(undefined)) };
    }
    case 'reconcile':
      return changed((keys) => projection.reconcile(keys, context), request.keys);
    case 'fill':
      if (projection.fill === undefined)
        throw new TypeError(`projection.action: ${processor.name} builds nothing anew; reconcile it instead`);
      return changed(async (keys) => projection.fill?.(keys, context) ?? [], request.keys);
    case 'list':
      return { projection: named, ...(await projection.list(request, context)) };
  }

  async function changed(
    change: (keys: readonly string[]) => Promise<readonly Outcome[]>,
    keys: readonly string[],
  ): Promise<ProjectionResponse> {
    const outcomes = await change(keys).catch((error: unknown) => keys.map((): Outcome => transient(error)));
    return { projection: named, outcomes: keyed(keys, outcomes, transient(undefined)) };
  }
}

function unread(error: unknown): Comparison {
  return { kind: 'unread', failure: error === undefined ? { code: 'NO_ANSWER' } : failureOf(error) };
}

function transient(error: unknown): Outcome {
  return { kind: 'transient', failure: error === undefined ? { code: 'NO_ANSWER' } : failureOf(error) };
}

function keyed<T extends object>(keys: readonly string[], answers: readonly T[], none: T): Keyed<T>[] {
  return keys.map((key, index) => ({ ...(answers[index] ?? none), key }));
}
