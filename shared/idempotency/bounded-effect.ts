/** Carries out an effect within its time: its signal aborts early enough to record or give back the claim it runs under. */
import { failureOf } from '../stream/failure-of.ts';
import type { Outcome } from '../stream/outcome.ts';
import type { Clock } from '../time/clock.ts';

/** What an effect may end as. Transient means that it may be tried again. */
export type EffectOutcome = Extract<Outcome, { kind: 'applied' | 'ignored' | 'poison' | 'transient' }>;

/** Must heed the signal; what it throws counts as transient. */
export type GuardedEffect = (signal: AbortSignal) => Promise<EffectOutcome>;

/** The effect's time is over. Its outcome is unknown to whoever waited for it. */
export class EffectTimeOver extends Error {
  readonly code = 'EFFECT_TIME_OVER';
  override readonly name = 'EffectTimeOver';
}

const timeOver: EffectOutcome = { kind: 'transient', failure: { code: 'EFFECT_TIME_OVER' } };

export interface EffectTime {
  /** Milliseconds since the epoch: the signal aborts. */
  readonly abortAtMs: number;
  /** Milliseconds since the epoch: an effect that goes on regardless is no longer waited for. */
  readonly endAtMs: number;
}

export async function boundedEffect(
  effect: GuardedEffect,
  time: EffectTime,
  clock: Clock,
): Promise<EffectOutcome> {
  const nowMs = clock.now();
  if (nowMs >= time.abortAtMs) return timeOver;
  const limit = new AbortController();
  const abort = () => limit.abort(new EffectTimeOver('the effect took too long'));
  const cancelAbort = clock.after(time.abortAtMs - nowMs, abort);
  let cancelEnd = () => {};
  try {
    return await new Promise<EffectOutcome>((resolve, reject) => {
      cancelEnd = clock.after(time.endAtMs - nowMs, () => resolve(timeOver));
      effect(limit.signal).then(resolve, reject);
    });
  } catch (error) {
    return { kind: 'transient', failure: failureOf(error) };
  } finally {
    cancelAbort();
    cancelEnd();
  }
}
