/**
 * What is stored under an idempotency key: one text, so that one comparison decides who may change it. Every claim's text is
 * unlike every other, so nothing that arrives late can be taken for something else.
 */
import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';

export type Json = Parameters<BasePersistenceLayer['saveSuccess']>[1];

export type ClaimState =
  | {
      readonly status: 'INPROGRESS';
      /** Unique per claim. */
      readonly claim: string;
      /** The invocation that made it. */
      readonly owner: string;
      /** Milliseconds since the epoch: from then on the claim is stale, and anyone may take it over. */
      readonly untilMs: number;
    }
  | { readonly status: 'COMPLETED'; readonly claim: string; readonly data?: Json };

export function encodeState(state: ClaimState): string {
  return JSON.stringify(state);
}

/** Under our prefix stands something that we did not write. Look at the item; delete it if its effect may happen again. */
export class ClaimUnreadable extends Error {
  readonly code = 'IDEMPOTENCY_RECORD_UNREADABLE';
  override readonly name = 'ClaimUnreadable';
  constructor(options?: ErrorOptions) {
    super('the idempotency record is not in a form that is known here', options);
  }
}

/** @throws {ClaimUnreadable} */
export function decodeState(text: string): ClaimState {
  const state = parse(text);
  if (typeof state === 'object' && state !== null && 'status' in state && 'claim' in state) {
    if (state.status === 'COMPLETED') return state as ClaimState;
    if (state.status === 'INPROGRESS' && 'untilMs' in state && typeof state.untilMs === 'number') {
      return state as ClaimState;
    }
  }
  throw new ClaimUnreadable();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ClaimUnreadable({ cause });
  }
}
