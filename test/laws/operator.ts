/**
 * An operator in the laws: records that no delivery brought lie as dead letters, and somebody plans and redrives them, or
 * redrives them without a plan, beside the live ones and beside each other.
 */
import fc from 'fast-check';
import type { InvokeResult } from '../../local/event-source-mapping/index.ts';
import type {
  PlannedRecord,
  PlanResponse,
  RedriveOutcome,
  RedriveResponse,
} from '../../shared/stream/redrive.ts';

/** Which records are kept from the mapping: a pattern over the history, repeated; empty for none. */
export const withheld = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 });

export function isWithheld(pattern: readonly boolean[], index: number): boolean {
  return pattern.length > 0 && pattern[index % pattern.length] === true;
}

export interface Operator {
  readonly atMs: number;
  /** Records in a call. */
  readonly size: number;
  readonly backwards: boolean;
  /** Redrives whatever there is; else only what a plan says should be applied. */
  readonly blind: boolean;
}

const operator = fc.record({
  atMs: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 400_000 })),
  size: fc.integer({ min: 1, max: 5 }),
  backwards: fc.boolean(),
  blind: fc.boolean(),
});

export const operators = fc.array(operator, { maxLength: 3 });

/** One who goes by the plan comes when all is over, so that what is left is what the plan let be. */
export const lastOperator = operator.map((one) => ({ ...one, blind: false }));

/** Undefined: the call was not answered. */
export interface Door {
  plan(records: readonly unknown[]): Promise<readonly PlannedRecord[] | undefined>;
  apply(records: readonly unknown[]): Promise<readonly RedriveOutcome[] | undefined>;
  wait(ms: number): Promise<void>;
}

/** @param invoke one invocation of the function */
export function doorOf(
  invoke: (event: unknown) => Promise<InvokeResult>,
  wait: (ms: number) => Promise<void>,
): Door {
  const ask = async (Records: readonly unknown[], redrive: object) => {
    const result = await invoke({ Records, redrive: { id: 'law', ...redrive } });
    return result.kind === 'returned' ? result.payload : undefined;
  };
  return {
    plan: async (records) => ((await ask(records, { plan: true })) as PlanResponse | undefined)?.plan,
    apply: async (records) => ((await ask(records, {})) as RedriveResponse | undefined)?.outcomes,
    wait,
  };
}

/** Until every record is settled, or can be resolved by nobody. */
export async function operate(
  records: readonly unknown[],
  { size, backwards, blind }: Pick<Operator, 'size' | 'backwards' | 'blind'>,
  door: Door,
): Promise<void> {
  const inOrder = backwards ? records.toReversed() : records;
  for (let from = 0; from < inOrder.length; from += size) {
    let pending: readonly unknown[] = inOrder.slice(from, from + size);
    while (pending.length > 0) {
      pending = await once(pending, blind, door);
      if (pending.length > 0) await door.wait(1_000);
    }
  }
}

/** All of them in one call, without a plan, until each is settled or poison. */
export function redriveAll(records: readonly unknown[], door: Door): Promise<void> {
  return operate(records, { size: Math.max(1, records.length), backwards: false, blind: true }, door);
}

/** @returns what has to be done again */
async function once(records: readonly unknown[], blind: boolean, door: Door): Promise<readonly unknown[]> {
  const plan = blind ? records.map(() => undefined) : await door.plan(records);
  if (plan?.length !== records.length) return records;
  const later = records.filter((_, index) => plan[index]?.passing === true);
  const due = records.filter((_, index) => blind || plan[index]?.verdict === 'apply');
  if (due.length === 0) return later;
  const outcomes = await door.apply(due);
  if (outcomes?.length !== due.length) return [...later, ...due];
  return [...later, ...due.filter((_, index) => outcomes[index]?.outcome === 'transient')];
}

/** Asks until it is answered, and everything could be looked at. */
export async function planned(records: readonly unknown[], door: Door): Promise<readonly PlannedRecord[]> {
  for (;;) {
    const plan = await door.plan(records);
    if (plan?.length === records.length && plan.every(({ passing }) => passing !== true)) return plan;
    await door.wait(1_000);
  }
}
