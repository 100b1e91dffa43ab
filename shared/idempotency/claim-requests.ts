/** One invocation's requests to the table of claims: coalesced, limited in time, ended by the deadline. */
import type { Clock } from '../time/clock.ts';
import type { ClaimTable, StoredClaim, Write } from './claim-table.ts';
import { afterReadyPromises, coalesce } from './coalesce.ts';

export interface ClaimRequestOptions {
  readonly table: ClaimTable;
  readonly clock: Clock;
  /** Ends every request; aborts when the invocation must come to an end. */
  readonly signal: AbortSignal;
}

/** A request that takes longer is aborted and counts as lost: its writes may be in place. */
const REQUEST_MS = 3_000;
const IN_FLIGHT = 8;
const LINGER_MS = 10;

/** A write was refused for a reason that is not the stored state: throttled, denied, no table. Transient. */
export class ClaimRefused extends Error {
  readonly code = 'IDEMPOTENCY_REFUSED';
  override readonly name: string;
  /** @param reason DynamoDB's own code */
  constructor(reason: string) {
    super(`the idempotency table refused a write: ${reason}`);
    this.name = reason;
  }
}

export interface ClaimRequests {
  /** @returns true when done, false when the write's condition was not met. @throws {ClaimRefused} */
  write(asked: Write): Promise<boolean>;
  read(key: string): Promise<StoredClaim | undefined>;
}

/** @param running how many effects are under way: each of them will ask for a write when it ends */
export function claimRequests(
  { table, clock, signal }: ClaimRequestOptions,
  running: () => number,
): ClaimRequests {
  const pace = { inFlight: IN_FLIGHT, lingerMs: LINGER_MS, clock, defer: afterReadyPromises };
  const writes = coalesce({
    ...pace,
    most: table.limits.writes,
    moreToCome: () => running() > 0,
    keyOf: ({ key }: Write) => key,
    send: (asked) => timed(clock, signal, (limit) => table.write(asked, limit)),
  });
  const reads = coalesce({
    ...pace,
    most: table.limits.reads,
    moreToCome: () => false,
    keyOf: (key: string) => key,
    send: (keys) => timed(clock, signal, (limit) => table.read(keys, limit)),
  });
  return {
    read: reads,
    async write(asked: Write): Promise<boolean> {
      const written = await writes(asked);
      switch (written.kind) {
        case 'done':
          return true;
        case 'unmet':
          return false;
        case 'refused':
          throw new ClaimRefused(written.code);
      }
    },
  };
}

/** The table did not answer in time. What it was asked may have happened. */
export class ClaimTimedOut extends Error {
  readonly code = 'IDEMPOTENCY_TIMED_OUT';
  override readonly name = 'ClaimTimedOut';
}

/** A table that neither answers nor heeds the signal holds nobody up. */
async function timed<T>(
  clock: Clock,
  signal: AbortSignal,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const abort = () => limit.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const cancel = clock.after(REQUEST_MS, () => limit.abort(new ClaimTimedOut('no answer within 3 s')));
  try {
    return await new Promise<T>((resolve, reject) => {
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason), { once: true });
      request(limit.signal).then(resolve, reject);
    });
  } finally {
    cancel();
    signal.removeEventListener('abort', abort);
  }
}
