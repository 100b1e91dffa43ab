/** A processor's marked door in memory, as a scenario says: what it plans, carries out and answers, and what it saw that it never should. */
import { type Clock, sleep } from '../../../shared/time/clock.ts';
import type { Nature } from './scenario.ts';

/** A record of a scenario, as a stream would deliver it, and what has become of it. */
export interface Subject {
  readonly index: number;
  readonly nature: Nature;
  readonly lane: string;
  readonly record: Record<string, unknown>;
  readonly eventId: string | null;
  readonly sequenceNumber: string;
  /** Its effect is in place, or it has none. */
  isSettled: boolean;
  /** How often it was carried out before it succeeded. */
  attempts: number;
}

interface Event {
  readonly redrive?: { readonly id: string; readonly plan?: true };
  readonly Records: readonly unknown[];
}

/** Answers of a `flaky` record that say: later. */
const FLAKY_ATTEMPTS = 2;

const TAKES_MS = 100;

export class FunctionError extends Error {}

/** @returns what is carried out by an invocation; a `crasher` in it ends it in a FunctionError */
export function memoryFunction(
  subjectOf: (record: unknown) => Subject | undefined,
  clock: Clock,
  broken: (problem: string) => void,
): (event: unknown) => Promise<unknown> {
  /** By run: lanes that are under way, and each one's latest position. */
  const under = new Map<string, Set<string>>();
  const latest = new Map<string, bigint>();

  return async (event) => {
    const { redrive: { id = '', plan = false } = {}, Records: records } = event as Event;
    const subjects = records.map((record) => {
      const subject = subjectOf(record);
      if (subject === undefined) throw new Error('a record of no history');
      if (JSON.stringify(record) !== JSON.stringify(subject.record))
        broken(`record ${subject.index} was sent otherwise than it is`);
      if (subject.nature === 'other-table' || subject.nature === 'other-processor')
        broken(`record ${subject.index}, ${subject.nature}, was sent to the queue's function`);
      return subject;
    });
    if (plan) return { redrive: { id }, plan: subjects.map((one) => ({ ...about(one), ...verdictOf(one) })) };
    const lanes = new Set(subjects.map(({ lane }) => lane));
    const running = under.get(id) ?? new Set();
    under.set(id, running);
    for (const lane of lanes) {
      if (running.has(lane)) broken(`lane ${lane} is under way twice in run ${id}`);
      running.add(lane);
    }
    for (const { index, lane, sequenceNumber } of subjects) {
      const last = latest.get(`${id} ${lane}`) ?? -1n;
      // The same one again is a request that is tried again, or cut.
      if (BigInt(sequenceNumber) < last) broken(`record ${index} comes after a later one of its lane`);
      latest.set(`${id} ${lane}`, BigInt(sequenceNumber));
    }
    try {
      await sleep(clock, TAKES_MS);
      if (subjects.some(({ nature }) => nature === 'crasher')) {
        // What comes before it was carried out: only its answer is missing.
        const at = subjects.findIndex(({ nature }) => nature === 'crasher');
        outcomesOf(subjects.slice(0, at));
        for (const lane of lanes) latest.delete(`${id} ${lane}`);
        throw new FunctionError('it crashed');
      }
      return { redrive: { id }, outcomes: outcomesOf(subjects) };
    } finally {
      for (const lane of lanes) running.delete(lane);
    }
  };
}

function about({ eventId, sequenceNumber }: Subject) {
  return { eventId, sequenceNumber };
}

function verdictOf({ nature, isSettled }: Subject) {
  switch (nature) {
    case 'good':
    case 'flaky':
    case 'late-poison':
    case 'crasher':
      return { verdict: isSettled ? 'already-applied' : 'apply' };
    case 'done':
      return { verdict: 'already-applied' };
    case 'superseded':
    case 'gone':
      return { verdict: nature };
    case 'ignored':
      return { verdict: 'ignored', rule: 'a-rule' };
    default:
      return { verdict: 'unresolvable', failure: { code: 'POISON' }, passing: false };
  }
}

/** In their order: what follows an unsettled one of its lane waits. */
function outcomesOf(subjects: readonly Subject[]) {
  const waiting = new Set<string>();
  return subjects.map((subject) => {
    const { nature, lane, isSettled } = subject;
    const unsettled = (outcome: 'poison' | 'transient', code: string) => ({
      ...about(subject),
      outcome,
      settled: false,
      failure: { code },
    });
    if (waiting.has(lane)) return unsettled('transient', 'EARLIER_UNSETTLED');
    if (nature === 'flaky' && !isSettled && subject.attempts++ < FLAKY_ATTEMPTS) {
      waiting.add(lane);
      return unsettled('transient', 'BUSY');
    }
    if (nature === 'late-poison') return unsettled('poison', 'LATE_POISON');
    subject.isSettled = true;
    return { ...about(subject), outcome: isSettled ? 'duplicate' : 'applied', settled: true };
  });
}
