/** Says what has happened already, by the claims that `once` makes: reads them consistently, and never writes. */
import { failureOf } from '../stream/failure-of.ts';
import type { Failure } from '../stream/outcome.ts';
import type { BatchContext } from '../stream/processor.ts';
import { type ClaimPlace, checkNamespace, claimKey, claimPrefix } from './claim-key.ts';
import { claimRequests } from './claim-requests.ts';
import { ClaimUnreadable, decodeState } from './claim-state.ts';
import type { ClaimTable, StoredClaim } from './claim-table.ts';
import { type EventKey, eventKeyText } from './event-key.ts';
import { metAgain } from './remembered.ts';

export interface RecallPorts extends ClaimPlace {
  readonly table: ClaimTable;
}

/**
 * - `happened`: it is remembered as done.
 * - `ignored`: it is remembered as ignored, by this rule.
 * - `open`: nobody has done it, or somebody is at it, or was when it died.
 * - `unreadable`: something stands there that is not ours.
 */
export type Recalled =
  | { readonly kind: 'happened' }
  | { readonly kind: 'ignored'; readonly rule: string }
  | { readonly kind: 'open' }
  | { readonly kind: 'unreadable'; readonly failure: Failure };

/** @returns in the order of the keys; rejects when the table cannot say */
export type Recall = (keys: readonly EventKey[], context: BatchContext) => Promise<readonly Recalled[]>;

/** @throws {TypeError} when the namespace is not ours */
export function createRecall(ports: RecallPorts): Recall {
  checkNamespace(ports);
  return async (keys, context) => {
    const { clock, deadline } = context;
    const { read } = claimRequests({ table: ports.table, clock, signal: deadline.signal }, () => 0);
    const prefix = claimPrefix(ports, context);
    const names = keys.map((key) => claimKey(prefix, eventKeyText(key)));
    // Asked all at once, they travel together; one key twice would need a second request.
    const distinct = [...new Set(names)];
    const stored = await Promise.all(distinct.map(read));
    const nowMs = clock.now();
    const recalled = new Map(distinct.map((name, index) => [name, recall(stored[index], nowMs)]));
    return names.map((name) => recalled.get(name) ?? open);
  };
}

const open: Recalled = { kind: 'open' };

function recall(claim: StoredClaim | undefined, nowMs: number): Recalled {
  if (claim === undefined || claim.ttl * 1000 <= nowMs) return open;
  try {
    const state = decodeState(claim.state);
    if (state.status !== 'COMPLETED') return open;
    const again = metAgain(state.data);
    return again.kind === 'ignored' ? again : { kind: 'happened' };
  } catch (error) {
    if (error instanceof ClaimUnreadable) return { kind: 'unreadable', failure: failureOf(error) };
    throw error;
  }
}
