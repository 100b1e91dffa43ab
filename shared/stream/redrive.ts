/**
 * The marked door: records that an operator sends again. They take no fast path, are never lettered, and each gets an answer of
 * its own. By what the marker says they are carried out, judged, described, or replayed.
 */
import type { Failure, OutcomeKind } from './outcome.ts';
import type { Judged } from './plan-batch.ts';
import type { Prepared } from './prepare.ts';
import type { Ended } from './settle.ts';
import type { Verdict } from './verdict.ts';

/**
 * - `apply`: carries the records out.
 * - `plan`: says what carrying them out would come to; reads, never writes.
 * - `describe`: says what the records mean, by the records alone; neither reads nor writes.
 * - `replay`: carries them out in an idempotency namespace of the marker's id: people are told again what they were told before.
 */
export const DOOR_MODES = ['apply', 'plan', 'describe', 'replay'] as const;
export type DoorMode = (typeof DOOR_MODES)[number];

/** As it stands in the event: `{"id": "…"}`, or with `"plan": true`, `"describe": true` or `"replay": true`. */
export interface RedriveMarker {
  /** Names the operator's run in logs, and a replay's namespace. */
  readonly id: string;
  readonly mode: DoorMode;
}

/** Of the record an answer is about; null where it carries none that is usable. Answers come in the order of the records. */
export interface Answered {
  readonly eventId: string | null;
  readonly sequenceNumber: string | null;
}

export interface RedriveResponse {
  readonly redrive: { readonly id: string };
  readonly outcomes: readonly RedriveOutcome[];
}

export interface RedriveOutcome extends Answered {
  readonly outcome: OutcomeKind;
  /** True when nothing is left to do for the record: its letter may be deleted. */
  readonly settled: boolean;
  readonly rule?: string;
  readonly failure?: Failure;
}

export interface PlanResponse {
  readonly redrive: { readonly id: string };
  readonly plan: readonly PlannedRecord[];
}

export interface PlannedRecord extends Answered {
  readonly verdict: Verdict['kind'];
  readonly rule?: string;
  readonly failure?: Failure;
  /** Only with a failure: true when planning again later may say more. */
  readonly passing?: boolean;
}

export interface DescribeResponse {
  readonly redrive: { readonly id: string };
  readonly decisions: readonly DescribedRecord[];
}

export interface DescribedRecord extends Answered {
  /** As far as the record alone says: ignored, poison, or with an effect. */
  readonly decision: 'effect' | 'ignored' | 'poison';
  /** The ordering key, where there is an effect. */
  readonly key?: string;
  /** What the processor means to do, as JSON: it holds values of the item. */
  readonly effect?: unknown;
  readonly rule?: string;
  readonly failure?: Failure;
}

/** @throws {TypeError} when the event is marked, but not as it must be: better no redrive than one that writes letters */
export function redriveMarker(event: object): RedriveMarker | undefined {
  if (!('redrive' in event) || event.redrive === undefined) return undefined;
  const marker: object = typeof event.redrive === 'object' && event.redrive !== null ? event.redrive : {};
  const id = 'id' in marker ? marker.id : undefined;
  if (typeof id !== 'string' || !/^[\w.:-]{1,100}$/.test(id)) {
    throw new TypeError(
      'redrive.id: expected 1 to 100 letters, digits or . : _ - that name this redrive, e.g. {"redrive":{"id":"2026-01-31-search"}}',
    );
  }
  return { id, mode: modeOf(marker) };
}

function modeOf(marker: object): DoorMode {
  const [mode = 'apply', ...others] = Object.keys(marker).filter((name) => name !== 'id');
  const known = DOOR_MODES.find((one) => one === mode);
  const isOn = mode === 'apply' || (marker as Record<string, unknown>)[mode] === true;
  if (known === undefined || !isOn || others.length > 0) {
    throw new TypeError(
      `redrive: expected an id and at most one of "plan": true, "describe": true and "replay": true`,
    );
  }
  return known;
}

export function redriveResponse({ id }: RedriveMarker, ended: readonly Ended[]): RedriveResponse {
  return { redrive: { id }, outcomes: ended.map(outcomeOf) };
}

export function planResponse({ id }: RedriveMarker, judged: readonly Judged[]): PlanResponse {
  const plan = judged.map(({ verdict, ...record }) => {
    const { kind, ...reason } = verdict;
    return { ...answered(record), verdict: kind, ...reason };
  });
  return { redrive: { id }, plan };
}

export function describeResponse(
  { id }: RedriveMarker,
  prepared: readonly Prepared<unknown>[],
): DescribeResponse {
  return { redrive: { id }, decisions: prepared.map(describedRecord) };
}

function describedRecord({ step, ...record }: Prepared<unknown>): DescribedRecord {
  const about = answered(record);
  if (step.kind === 'work')
    return { ...about, decision: 'effect', key: step.work.key, effect: step.work.effect };
  const { outcome } = step;
  return {
    ...about,
    decision: outcome.kind === 'ignored' ? 'ignored' : 'poison',
    ...reasonOf(outcome),
  };
}

function outcomeOf(ended: Ended): RedriveOutcome {
  const { outcome } = ended;
  return {
    ...answered(ended),
    outcome: outcome.kind,
    settled: outcome.kind !== 'poison' && outcome.kind !== 'transient',
    ...reasonOf(outcome),
  };
}

interface Positioned {
  readonly record: unknown;
  readonly sequenceNumber?: string | undefined;
}

function reasonOf(outcome: Ended['outcome']) {
  if (outcome.kind === 'ignored') return { rule: outcome.rule };
  return outcome.kind === 'poison' || outcome.kind === 'transient' ? { failure: outcome.failure } : {};
}

function answered({ record, sequenceNumber }: Positioned): Answered {
  const eventId =
    typeof record === 'object' && record !== null && 'eventID' in record ? record.eventID : null;
  return {
    eventId: typeof eventId === 'string' ? eventId : null,
    sequenceNumber: sequenceNumber ?? null,
  };
}
