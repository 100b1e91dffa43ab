/** The marked door: records that an operator sends again. They take no fast path, are never lettered, and each gets its outcome. */
import type { Failure, OutcomeKind } from './outcome.ts';
import type { Ended } from './settle.ts';

export interface RedriveMarker {
  /** Names the operator's run in logs. */
  readonly id: string;
}

export interface RedriveResponse {
  readonly redrive: RedriveMarker;
  /** In the order of the records. */
  readonly outcomes: readonly RedriveOutcome[];
}

export interface RedriveOutcome {
  readonly eventId: string | null;
  readonly sequenceNumber: string | null;
  readonly outcome: OutcomeKind;
  /** True when nothing is left to do for the record: its letter may be deleted. */
  readonly settled: boolean;
  readonly rule?: string;
  readonly failure?: Failure;
}

/** @throws {TypeError} when the event is marked, but not with an id: better no redrive than one that writes letters */
export function redriveMarker(event: object): RedriveMarker | undefined {
  if (!('redrive' in event) || event.redrive === undefined) return undefined;
  const marker = event.redrive;
  const id = typeof marker === 'object' && marker !== null && 'id' in marker ? marker.id : undefined;
  if (typeof id !== 'string' || id === '') {
    throw new TypeError(
      'redrive.id: expected text that names this redrive, e.g. {"redrive":{"id":"2026-01-31-search"}}',
    );
  }
  return { id };
}

export function redriveResponse(redrive: RedriveMarker, ended: readonly Ended[]): RedriveResponse {
  return { redrive, outcomes: ended.map(outcomeOf) };
}

function outcomeOf({ record, outcome, sequenceNumber }: Ended): RedriveOutcome {
  const eventId =
    typeof record === 'object' && record !== null && 'eventID' in record ? record.eventID : null;
  return {
    eventId: typeof eventId === 'string' ? eventId : null,
    sequenceNumber: sequenceNumber ?? null,
    outcome: outcome.kind,
    settled: outcome.kind !== 'poison' && outcome.kind !== 'transient',
    ...(outcome.kind === 'ignored' ? { rule: outcome.rule } : {}),
    ...(outcome.kind === 'poison' || outcome.kind === 'transient' ? { failure: outcome.failure } : {}),
  };
}
