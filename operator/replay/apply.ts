/**
 * Carries a recording out through the function's door, under the replay's own name, in the order of the recording. Behind a record that is
 * not settled the rest of its key is held back: another run under the same name goes on from there.
 */
import type { Door } from '../redrive/door.ts';
import type { DoorOutcome } from '../redrive/door-answers.ts';
import type { RecordedRecord } from './recorded.ts';

export type Applied = DoorOutcome | { readonly kind: 'held-back'; readonly settled: false };

export interface ApplyPorts {
  readonly door: Pick<Door, 'replay'>;
  readonly functionName: string;
  /** By the record's number: what its order is kept by; undefined for one without an effect. */
  readonly lanes: ReadonlyMap<number, string>;
  /** Ends it after the request under way. */
  readonly signal: AbortSignal;
  /** Told of each request's records, in order. */
  readonly onApplied: (records: readonly RecordedRecord[], outcomes: readonly Applied[]) => Promise<void>;
}

/** @returns whether all of the recording was carried out, settled or not */
export async function applyAll(
  batches: AsyncIterable<readonly RecordedRecord[]>,
  { door, functionName, lanes, signal, onApplied }: ApplyPorts,
): Promise<boolean> {
  const blocked = new Set<string>();
  const isBlocked = ({ number }: RecordedRecord) => blocked.has(lanes.get(number) ?? '');
  for await (const batch of batches) {
    if (signal.aborted) return false;
    const free = batch.filter((record) => !isBlocked(record));
    const sent = free.map((record) => {
      const lane = lanes.get(record.number);
      return { ...record, ...(lane === undefined ? {} : { lane }) };
    });
    const answers = sent.length === 0 ? [] : await door.replay(functionName, sent);
    const outcomes = new Map(free.map((record, index) => [record, answers[index]]));
    for (const [{ number }, outcome] of outcomes) {
      const lane = lanes.get(number);
      if (outcome?.kind === 'transient' && lane !== undefined) blocked.add(lane);
    }
    await onApplied(
      batch,
      batch.map((record): Applied => outcomes.get(record) ?? { kind: 'held-back', settled: false }),
    );
  }
  return true;
}
