/** Finds for the keys of ratings which provider's reviews they are made of. */
import type { Failure } from '../../../shared/stream/outcome.ts';
import { idOf } from '../booking.ts';
import { readRatingKey } from '../rating-key.ts';
import type { RatedTable, RatingTables } from './tables.ts';

export interface KeyedRating {
  readonly providerId: string;
  readonly table: RatedTable;
  readonly id: string;
}

/**
 * - `none`: the service does not exist, and so has no rating.
 * - `impossible`: no rating has this name, or the service's is made of nobody's reviews.
 */
export type Found =
  | { readonly kind: 'rating'; readonly rating: KeyedRating }
  | { readonly kind: 'none' }
  | { readonly kind: 'impossible'; readonly failure: Failure };

/** @returns in the order of the keys */
export async function findRatings(
  keys: readonly string[],
  tables: Pick<RatingTables, 'readServices'>,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const named = keys.map(readRatingKey);
  const ids = [...new Set(named.flatMap((key) => (key?.kind === 'service' ? [key.id] : [])))];
  const items =
    ids.length === 0
      ? []
      : await tables.readServices(
          ids.map((serviceId) => ({ serviceId })),
          signal,
        );
  const services = new Map(ids.map((id, index) => [id, items[index]]));
  return named.map((key): Found => {
    if (key === undefined) return { kind: 'impossible', failure: unknownKey };
    const { kind, id } = key;
    if (kind === 'provider') return { kind: 'rating', rating: { providerId: id, table: 'providers', id } };
    const item = services.get(id);
    if (item === undefined) return { kind: 'none' };
    const { providerId } = item;
    const owner = typeof providerId === 'string' ? idOf(providerId) : undefined;
    return owner === undefined
      ? { kind: 'impossible', failure: { code: 'SERVICE_WITHOUT_PROVIDER' } }
      : { kind: 'rating', rating: { providerId: owner, table: 'services', id } };
  });
}

const unknownKey: Failure = { code: 'UNKNOWN_KEY', details: 'expected provider:<id> or service:<id>' };
