/** An analysis as it lies in the cache: the item of the results table as JSON, under a key made of its id. */

export const ANALYSIS_PREFIX = 'analysis:';

export function analysisKey(id: string): string {
  return ANALYSIS_PREFIX + id;
}

/** An analysis as JavaScript reads it: digits beyond a double's precision are lost here; the table has them. */
export interface Analysis {
  readonly id: string;
  readonly analysisData: Readonly<Record<string, unknown>>;
  readonly createdAt?: string;
  /** Seconds since the epoch. */
  readonly ttl?: number;
  readonly [attribute: string]: unknown;
}
