/**
 * Makes, records and gives back the claims of one invocation. Every change compares with what is stored, so an answer that was
 * lost, a request that lands late, or a rival can change when something happens, but not make it happen twice.
 */
import { pauseMs } from '../stream/backoff.ts';
import { sleep } from '../time/clock.ts';
import { type ClaimRequestOptions, claimRequests } from './claim-requests.ts';
import { type ClaimState, decodeState, encodeState, type Json } from './claim-state.ts';
import type { StoredClaim } from './claim-table.ts';

export interface ClaimsOptions extends ClaimRequestOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Unique per invocation: by it an invocation knows a claim as its own whose answer it never got. */
  readonly owner: string;
  readonly notice?: (notice: ClaimNotice) => void;
}

/**
 * - `taken-over`: a claim had outlived its maker, so what it stood for may have happened in part or in whole.
 * - `unrecorded`: something happened and could not be recorded; it happens again if its event comes again.
 */
export type ClaimNotice = 'taken-over' | 'unrecorded';

export type Claimed =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'claimed-elsewhere'; readonly untilMs: number }
  | { readonly kind: 'completed'; readonly data?: Json };

export interface Claims {
  /** @param ttl seconds since the epoch */
  claim(key: string, untilMs: number, ttl: number): Promise<Claimed>;
  /** Records `data` under the key, for this invocation's claim or, if that was lost, over whoever's stands there. */
  complete(key: string, data: Json | undefined, ttl: number): Promise<void>;
  /** Gives this invocation's claim back; nobody else's, and nothing that was completed. */
  giveBack(key: string): Promise<void>;
  read(key: string): Promise<StoredClaim | undefined>;
}

/** The key changed hands at every look. Transient. */
export class ClaimContested extends Error {
  readonly code = 'IDEMPOTENCY_CONTESTED';
  override readonly name = 'ClaimContested';
}

/** Looks at a key that keeps changing hands. */
const ROUNDS = 5;

interface Held {
  readonly state: string;
  readonly untilMs: number;
}

export function claimsOf(options: ClaimsOptions): Claims {
  const { clock, random, signal, owner, notice } = options;
  const held = new Map<string, Held>();
  const unrecorded = new Map<string, Json | undefined>();
  const waitedFor = new Set<string>();
  let made = 0;
  let running = 0;
  const { write, read } = claimRequests(options, () => running);

  async function claim(key: string, untilMs: number, ttl: number): Promise<Claimed> {
    if (unrecorded.has(key)) return completed(unrecorded.get(key));
    const rival = held.get(key);
    if (rival !== undefined) return { kind: 'claimed-elsewhere', untilMs: rival.untilMs };
    const state = encodeState({ status: 'INPROGRESS', claim: `${owner}/${made++}`, owner, untilMs });
    held.set(key, { state, untilMs });
    let result: Claimed | undefined;
    try {
      result = await take(key, state, ttl);
      return result;
    } finally {
      if (result?.kind === 'claimed') running++;
      else held.delete(key);
    }
  }

  async function take(key: string, state: string, ttl: number): Promise<Claimed> {
    let stale = false;
    // Who waits looks before trying: a hundred looks travel in a request, and they cost half as much as a write that is refused.
    let looksFirst = waitedFor.delete(key);
    for (let round = 0; round < ROUNDS; round++) {
      if (!looksFirst && (await write({ kind: 'insert', key, state, ttl }))) {
        if (stale) notice?.('taken-over');
        return { kind: 'claimed' };
      }
      looksFirst = false;
      const stored = await read(key);
      if (stored === undefined) continue;
      if (stored.state === state) return { kind: 'claimed' };
      if (stored.ttl * 1000 > clock.now()) {
        const found = decodeState(stored.state);
        if (found.status === 'COMPLETED') return completed(found.data);
        if (isLive(found)) {
          waitedFor.add(key);
          return { kind: 'claimed-elsewhere', untilMs: found.untilMs };
        }
        stale ||= found.owner !== owner;
      }
      await write({ kind: 'delete', key, from: stored.state });
    }
    throw new ClaimContested('a claim changed hands at every look');
  }

  /** A claim of ours that nobody here holds was made without our hearing of it, or could not be given back. */
  function isLive(found: Extract<ClaimState, { status: 'INPROGRESS' }>): boolean {
    return found.owner !== owner && found.untilMs > clock.now();
  }

  async function complete(key: string, data: Json | undefined, ttl: number): Promise<void> {
    const mine = ended(key);
    const state = encodeState({
      status: 'COMPLETED',
      claim: `${owner}/${made++}`,
      ...(data === undefined ? {} : { data }),
    });
    try {
      await persist(() => record(key, mine?.state, state, ttl), mine?.untilMs ?? clock.now());
    } catch (error) {
      unrecorded.set(key, data);
      notice?.('unrecorded');
      throw error;
    } finally {
      held.delete(key);
    }
  }

  /** Its effect is no longer under way; the claim is held until its end is recorded. */
  function ended(key: string): Held | undefined {
    const mine = held.get(key);
    if (mine !== undefined) running--;
    return mine;
  }

  /** The effect is in place: as long as the claim lives, recording that is worth every attempt. */
  async function persist(attempt: () => Promise<void>, untilMs: number): Promise<void> {
    for (let round = 0; ; round++) {
      try {
        return await attempt();
      } catch (error) {
        const pause = pauseMs(round, random);
        if (signal.aborted || clock.now() + pause >= untilMs) throw error;
        await sleep(clock, pause, signal);
      }
    }
  }

  async function record(key: string, mine: string | undefined, state: string, ttl: number): Promise<void> {
    let from = mine;
    for (let round = 0; round < ROUNDS; round++) {
      if (from !== undefined && (await write({ kind: 'replace', key, from, state }))) return;
      const stored = await read(key);
      if (stored === undefined) {
        if (await write({ kind: 'insert', key, state, ttl })) return;
      } else if (decodeState(stored.state).status === 'COMPLETED') return;
      else from = stored.state;
    }
    throw new ClaimContested('a completed claim changed hands at every look');
  }

  async function giveBack(key: string): Promise<void> {
    const mine = ended(key);
    try {
      if (mine !== undefined) await write({ kind: 'delete', key, from: mine.state });
    } finally {
      held.delete(key);
    }
  }

  return { claim, complete, giveBack, read };
}

function completed(data: Json | undefined): Claimed {
  return { kind: 'completed', ...(data === undefined ? {} : { data }) };
}
