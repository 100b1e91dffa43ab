/** What is remembered of an effect's end, and what it means to whoever meets it again. */
import type { Outcome } from '../stream/outcome.ts';
import type { EffectOutcome } from './bounded-effect.ts';
import type { Json } from './claim-state.ts';

export type Remembered = Extract<EffectOutcome, { kind: 'applied' | 'ignored' }>;

export function remembered(ended: Remembered): Json {
  return ended.kind === 'applied' ? { kind: 'applied' } : { kind: 'ignored', rule: ended.rule };
}

/** @param data as a completed claim holds it */
export function metAgain(data: Json | undefined): Extract<Outcome, { kind: 'duplicate' | 'ignored' }> {
  if (typeof data === 'object' && data !== null && 'rule' in data) {
    return { kind: 'ignored', rule: String(data.rule) };
  }
  return { kind: 'duplicate' };
}
