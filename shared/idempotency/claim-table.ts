/** What is asked of the table that holds claims: conditional writes and consistent reads, many keys to a request. */

export type Write =
  /** Only where nothing stands under the key. */
  | { readonly kind: 'insert'; readonly key: string; readonly state: string; readonly ttl: number }
  /** Only where exactly `from` stands. */
  | { readonly kind: 'replace'; readonly key: string; readonly from: string; readonly state: string }
  /** Only where exactly `from` stands. */
  | { readonly kind: 'delete'; readonly key: string; readonly from: string };

/**
 * What became of one write; its neighbours in the request are untouched by it.
 * - `unmet`: something else stands under the key, or nothing.
 * - `refused`: throttled, denied or worse; nothing was written.
 */
export type Written =
  | { readonly kind: 'done' }
  | { readonly kind: 'unmet' }
  | { readonly kind: 'refused'; readonly code: string };

export interface StoredClaim {
  readonly state: string;
  /** Seconds since the epoch: from then on the record no longer counts, whether it is deleted yet or not. */
  readonly ttl: number;
}

export interface ClaimTable {
  /** The most that one call takes. */
  readonly limits: { readonly writes: number; readonly reads: number };
  /**
   * Answers in order. All keys are distinct. Rejects when the request as a whole failed: then any of its writes may be in
   * place, or may get there later.
   */
  write(writes: readonly Write[], signal: AbortSignal): Promise<readonly Written[]>;
  /** Consistent, in order. All keys are distinct. */
  read(keys: readonly string[], signal: AbortSignal): Promise<readonly (StoredClaim | undefined)[]>;
}
