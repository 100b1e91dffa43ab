/** Decides what a doubtful document should become, once its stored version and its item have been read. Pure. */
import { canonicalJson } from '../../stream/canonical-json.ts';
import type { ProjectionOutcome } from '../../stream/latest-state.ts';
import type { Failure } from '../../stream/outcome.ts';
import { streamVersion } from '../../stream/version.ts';
import type { Operation } from './bulk.ts';
import type { Desired, SearchEffect, SearchState, SearchWork } from './search-work.ts';
import type { Stored } from './stored.ts';
import type { Wanted } from './wanted.ts';

export interface Case {
  readonly work: SearchWork;
  /** Something with this version or a higher one was met, be it a tombstone. */
  readonly conflicted: boolean;
  /** The least version to write. */
  readonly floor: number;
  /** The item's state that the engine refused in an earlier round, if it did. */
  readonly refusedText?: string;
}

/** One strict external write, and what became of the record if it succeeds. */
export interface Target {
  readonly case: Case;
  readonly effect: SearchState;
  readonly version: number;
  /** The item's state that was read, to be compared with a later reading. */
  readonly wantedText: string;
  readonly outcome: ProjectionOutcome;
}

export type Choice =
  | { readonly kind: 'write'; readonly target: Target }
  | { readonly kind: 'settled'; readonly outcome: ProjectionOutcome };

type Document = Exclude<Stored, { kind: 'transient' }>;

export function chooseTarget(one: Case, document: Document, wanted: Wanted, redriven: boolean): Choice {
  const { work, conflicted } = one;
  const isOwn = document.kind === 'present' && document.eventId === work.change.eventId;
  // Records that are redriven together come in any order: what one of them wrote does not tell that the others are behind it.
  if (conflicted && isOwn && !redriven) {
    return { kind: 'settled', outcome: { kind: 'duplicate' } };
  }
  if (conflicted && document.kind === 'absent' && !wanted.exists) {
    return {
      kind: 'settled',
      outcome: work.effect.kind === 'delete' ? { kind: 'duplicate' } : { kind: 'gone' },
    };
  }
  if (wanted.desired.ok && wanted.text !== one.refusedText) {
    const { effect } = wanted.desired;
    return writeChoice(one, document, wanted, effect, outcomeOf(work.effect, effect, wanted.exists));
  }
  return work.effect.kind === 'current'
    ? { kind: 'settled', outcome: { kind: 'poison', failure: currentItemInvalid(wanted.desired) } }
    : ownState(one, work.effect, document, wanted, redriven);
}

/**
 * The item cannot be projected as it is now: our schema or the engine refuses it. The event that made it so becomes a dead letter. The newest state that can is the record's own
 * unless the index has a newer one, be it a tombstone. A redriven record proves nothing of the sort where the document is absent: it may
 * have been deleted since, and the tombstone forgotten.
 */
function ownState(
  one: Case,
  state: SearchState,
  document: Document,
  wanted: Wanted,
  redriven: boolean,
): Choice {
  const own = streamVersion(one.work.change.sequenceNumber);
  if (document.kind === 'present' && (own === undefined || document.version >= own)) {
    return { kind: 'settled', outcome: { kind: 'superseded' } };
  }
  if (document.kind === 'absent' && one.conflicted)
    return { kind: 'settled', outcome: { kind: 'superseded' } };
  if (document.kind === 'absent' && redriven) {
    return { kind: 'settled', outcome: { kind: 'poison', failure: currentItemInvalid(wanted.desired) } };
  }
  return writeChoice(one, document, wanted, state, { kind: 'applied' });
}

/** What is wrong with the item is said where our schema knows; where the engine refused it, its own failure was the answer before. */
export function currentItemInvalid(desired: Desired): Failure {
  const reason = desired.ok ? undefined : desired.failure;
  const said = reason === undefined ? '' : ` (${[reason.code, reason.details].filter(Boolean).join(': ')})`;
  return {
    code: 'CURRENT_ITEM_INVALID',
    details: `the item as it is now cannot be projected${said}; mend the item, then redrive`,
  };
}

function writeChoice(
  one: Case,
  document: Document,
  wanted: Wanted,
  effect: SearchState,
  outcome: ProjectionOutcome,
): Choice {
  const above = document.kind === 'present' ? document.version + 1 : 1;
  const version = Math.max(above, one.floor);
  return { kind: 'write', target: { case: one, effect, version, wantedText: wanted.text, outcome } };
}

/** True when the item as it is now is all that this work stands for: what the engine says of it, it says of the work. */
export function isOwnState({ case: { work }, effect }: Target): boolean {
  return work.effect.kind === 'current' || sameEffect(work.effect, effect);
}

export function sameEffect(a: SearchEffect, b: SearchEffect): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function outcomeOf(own: SearchEffect, written: SearchState, itemExists: boolean): ProjectionOutcome {
  if (sameEffect(own, written)) return { kind: 'applied' };
  return itemExists ? { kind: 'superseded' } : { kind: 'gone' };
}

/** Without an event id: what is written is the item's state, not this event's, so no event may take it for its own. */
export function operationOf({ case: { work }, effect, version }: Target): Operation {
  if (effect.kind === 'delete') return { id: work.key, version };
  return { id: work.key, version, source: JSON.stringify(effect.document) };
}
