/** What a processor means to do about each record of a recording: decided, counted, and written down; nothing is done. */
import type { Failure } from '../../shared/stream/outcome.ts';
import type { DoorDecision } from '../redrive/door-answers.ts';
import type { RecordedRecord } from './recorded.ts';

/** One line of an effects file, and what two replays are compared by. Members stand in this order. */
export interface Described {
  /** Null where the record carries none. */
  readonly eventId: string | null;
  /** The item's key as text; null where the record has none that is usable. */
  readonly key: string | null;
  readonly decision: DoorDecision['kind'];
  /** Of an effect: what its order is kept by. */
  readonly orderingKey?: string;
  /** What the processor means to do: it holds values of the item. */
  readonly effect?: unknown;
  /** By which it is ignored. */
  readonly rule?: string;
  /** Why it is poison, or has no answer. */
  readonly failure?: Failure;
}

/** Says what records mean, by themselves; answers in order. */
export type Describe = (records: readonly RecordedRecord[]) => Promise<readonly DoorDecision[]>;

export interface DescribedRecord {
  readonly record: RecordedRecord;
  readonly described: Described;
}

export async function* describeAll(
  batches: AsyncIterable<readonly RecordedRecord[]>,
  describe: Describe,
): AsyncGenerator<DescribedRecord, void, void> {
  for await (const batch of batches) {
    const decisions = await describe(batch);
    for (const [index, record] of batch.entries()) {
      const decision = decisions[index] ?? { kind: 'unanswered', failure: { code: 'NO_ANSWER' } };
      yield { record, described: describedOf(record, decision) };
    }
  }
}

function describedOf({ eventId, key }: RecordedRecord, decision: DoorDecision): Described {
  const about = { eventId: eventId ?? null, key: key ?? null, decision: decision.kind };
  switch (decision.kind) {
    case 'effect':
      return { ...about, orderingKey: decision.key, effect: decision.effect };
    case 'ignored':
      return { ...about, rule: decision.rule };
    case 'poison':
    case 'unanswered':
      return { ...about, failure: decision.failure };
  }
}

/** How many records mean what: `effect`, `ignored: <rule>`, `poison: <code>`; most first. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add({ decision, rule, failure }: Described): void {
    const reason = rule ?? failure?.code;
    this.count(reason === undefined ? decision : `${decision}: ${reason}`);
  }

  count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  entries(): readonly (readonly [name: string, count: number])[] {
    return [...this.#counts].sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1));
  }
}
