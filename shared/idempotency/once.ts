/**
 * Lets an effect happen once per event, recipient and kind, however often and from wherever its event is delivered: Powertools
 * idempotency over coalesced claims. At least once only where a process dies, or the table is lost, between an effect and its
 * completion.
 */
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DeadlineReached } from '../stream/deadline.ts';
import { failureOf } from '../stream/failure-of.ts';
import type { Failure, Outcome } from '../stream/outcome.ts';
import type { BatchContext } from '../stream/processor.ts';
import { sleep } from '../time/clock.ts';
import { boundedEffect, type EffectOutcome, type GuardedEffect } from './bounded-effect.ts';
import { type ClaimPlace, checkNamespace, claimPrefix } from './claim-key.ts';
import type { Json } from './claim-state.ts';
import type { ClaimTable } from './claim-table.ts';
import type { ClaimNotice } from './claims.ts';
import { CoalescingPersistenceLayer, LONGEST_CLAIM_MS } from './coalescing-persistence.ts';
import { type EventKey, eventKeyText } from './event-key.ts';
import { metAgain, remembered } from './remembered.ts';

export interface OncePorts extends ClaimPlace {
  readonly table: ClaimTable;
  /** Unique at every call, e.g. `randomUUID`. */
  readonly newId: () => string;
  /** For metrics. */
  readonly notice?: (notice: OnceNotice) => void;
}

/** `waited`: another invocation held the claim, so this one waited for it. */
export type OnceNotice = ClaimNotice | 'waited';

/**
 * - An effect that ends applied or ignored is remembered: the next call answers `duplicate`, or the same `ignored`.
 * - One that ends transient, poison or with a throw is not: the claim is given back, and the outcome is the effect's own.
 * - While another invocation holds the claim this one waits, holding none, at most until its deadline; then the outcome is transient.
 *
 * Never call it from inside an effect: that would wait while holding a claim.
 */
export type Once = (key: EventKey, context: BatchContext, effect: GuardedEffect) => Promise<Outcome>;

/**
 * How long a key is remembered, s: longer than the 14 days a dead letter lives, so that no redrive finds its event forgotten.
 */
export const WINDOW_S = 15 * 24 * 3600;

/** Of a claim's life: kept back for recording what was done. */
const RECORDING_SHARE = 0.2;

/** With less than this left no claim is begun, ms. */
const LEAST_CLAIM_MS = 250;

/** Between two looks at claims that are held elsewhere, ms. */
const LOOK_MS = 250;

/** How many keys `inOrder` should work on at once: with fewer of them requests leave half empty. */
export const LANES = 100;

/** @throws {TypeError} when the namespace is not ours */
export function createOnce(ports: OncePorts): Once {
  checkNamespace(ports);
  const guards = new WeakMap<BatchContext, Guard>();
  return async (key, context, effect) => {
    const guard = guards.get(context) ?? guardOf(ports, context);
    guards.set(context, guard);
    const text = eventKeyText(key);
    for (let round = 0; ; round++) {
      if (context.deadline.remainingMs() < LEAST_CLAIM_MS) return transient({ code: 'DEADLINE' });
      const outcome = await attempt(guard, text, context, effect);
      if (outcome !== 'claimed-elsewhere') return outcome;
      if (round === 0) ports.notice?.('waited');
      if (!(await guard.nextLook())) return transient({ code: 'CLAIMED_ELSEWHERE' });
    }
  };
}

/** One per invocation: its claims travel together, and end with it. */
interface Guard {
  readonly run: (key: string, effect: () => Promise<Json>) => Promise<Json>;
  /** Resolves for all who wait at the same moment, so that they look in one request; false when there is no time for it. */
  readonly nextLook: () => Promise<boolean>;
}

function guardOf(ports: OncePorts, context: BatchContext): Guard {
  const { table, newId, notice } = ports;
  const { clock, random, deadline } = context;
  const persistenceStore = new CoalescingPersistenceLayer({
    table,
    clock,
    random,
    signal: deadline.signal,
    owner: newId(),
    prefix: claimPrefix(ports, context),
    ...(notice === undefined ? {} : { notice }),
  });
  const config = new IdempotencyConfig({ expiresAfterSeconds: WINDOW_S });
  config.registerLambdaContext({ getRemainingTimeInMillis: () => deadline.remainingMs() } as LambdaContext);
  const run = makeIdempotent((_key: string, effect: () => Promise<Json>) => effect(), {
    persistenceStore,
    config,
    dataIndexArgument: 0,
  });
  return { run, nextLook: looks(context) };
}

/** Powertools asks it for the remaining time and for nothing else. */
type LambdaContext = Parameters<IdempotencyConfig['registerLambdaContext']>[0];

async function attempt(
  guard: Guard,
  key: string,
  context: BatchContext,
  effect: GuardedEffect,
): Promise<Outcome | 'claimed-elsewhere'> {
  const { clock, deadline } = context;
  const beganAtMs = clock.now();
  const lifeMs = Math.min(deadline.remainingMs(), LONGEST_CLAIM_MS);
  const time = { abortAtMs: beganAtMs + lifeMs * (1 - RECORDING_SHARE), endAtMs: beganAtMs + lifeMs };
  let ended: EffectOutcome | undefined;
  try {
    const data = await guard.run(key, async () => {
      ended = await boundedEffect(effect, time, clock);
      return remember(ended);
    });
    return ended ?? metAgain(data);
  } catch (error) {
    if (ended !== undefined) return ended;
    return unclaimed(error, context);
  }
}

/** Thrown through Powertools, which then gives the claim back. */
class NotToBeRemembered extends Error {}

function remember(ended: EffectOutcome): Json {
  switch (ended.kind) {
    case 'applied':
    case 'ignored':
      return remembered(ended);
    case 'poison':
    case 'transient':
      throw new NotToBeRemembered();
  }
}

/** The effect did not begin. */
function unclaimed(error: unknown, { deadline }: BatchContext): Outcome | 'claimed-elsewhere' {
  if (error instanceof Error && error.name === 'IdempotencyAlreadyInProgressError')
    return 'claimed-elsewhere';
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof DeadlineReached || deadline.passed()) return transient({ code: 'DEADLINE' });
  const { code, type } = failureOf(cause);
  return transient({ code: 'IDEMPOTENCY_UNAVAILABLE', type: type ?? code });
}

function transient(failure: Failure): Outcome {
  return { kind: 'transient', failure };
}

function looks(context: BatchContext): () => Promise<boolean> {
  let next: Promise<boolean> | undefined;
  return () => {
    next ??= pause(context).finally(() => {
      next = undefined;
    });
    return next;
  };
}

async function pause({ clock, deadline }: BatchContext): Promise<boolean> {
  if (deadline.remainingMs() - LOOK_MS < LEAST_CLAIM_MS) return false;
  try {
    await sleep(clock, LOOK_MS, deadline.signal);
    return true;
  } catch (error) {
    if (error instanceof DeadlineReached) return false;
    throw error;
  }
}
