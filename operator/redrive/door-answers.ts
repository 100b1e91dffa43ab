/**
 * Reads what a processor's marked door answered, and believes it only as a whole: an answer that does not match its records one by one,
 * by position and by identity, settles nothing.
 */
import * as z from 'zod';
import type { Failure, OutcomeKind } from '../../shared/stream/outcome.ts';
import type { Verdict } from '../../shared/stream/verdict.ts';

/** What a record was sent as; an answer must say the same. */
export interface Sent {
  readonly eventId: string | undefined;
  readonly sequenceNumber: string | undefined;
}

export type Read<T> =
  | { readonly ok: true; readonly answers: readonly T[] }
  | { readonly ok: false; readonly failure: Failure };

export interface DoorOutcome {
  readonly kind: OutcomeKind;
  readonly settled: boolean;
  readonly rule?: string;
  readonly failure?: Failure;
}

/** `unanswered`: the function did not say. */
export type DoorDecision =
  | { readonly kind: 'effect'; readonly key: string; readonly effect: unknown }
  | { readonly kind: 'ignored'; readonly rule: string }
  | { readonly kind: 'poison' | 'unanswered'; readonly failure: Failure };

const failure = z
  .object({ code: z.string().min(1), type: z.string().optional(), details: z.string().optional() })
  .transform(
    ({ code, type, details }): Failure => ({ code, ...(type && { type }), ...(details && { details }) }),
  );

const about = { eventId: z.string().nullable(), sequenceNumber: z.string().nullable() };

const outcome = z.discriminatedUnion('outcome', [
  z.object({
    ...about,
    outcome: z.enum(['applied', 'duplicate', 'superseded', 'gone']),
    settled: z.literal(true),
  }),
  z.object({ ...about, outcome: z.literal('ignored'), settled: z.literal(true), rule: z.string() }),
  z.object({ ...about, outcome: z.enum(['poison', 'transient']), settled: z.literal(false), failure }),
]);

const planned = z.discriminatedUnion('verdict', [
  z.object({ ...about, verdict: z.enum(['apply', 'already-applied', 'superseded', 'gone']) }),
  z.object({ ...about, verdict: z.literal('ignored'), rule: z.string() }),
  z.object({ ...about, verdict: z.literal('unresolvable'), failure, passing: z.boolean() }),
]);

const described = z.discriminatedUnion('decision', [
  z.object({ ...about, decision: z.literal('effect'), key: z.string(), effect: z.unknown() }),
  z.object({ ...about, decision: z.literal('ignored'), rule: z.string() }),
  z.object({ ...about, decision: z.literal('poison'), failure }),
]);

export function readOutcomes(answer: unknown, id: string, sent: readonly Sent[]): Read<DoorOutcome> {
  return read(answer, id, sent, 'outcomes', outcome, ({ outcome: kind, settled, ...rest }) => ({
    kind,
    settled,
    ...('rule' in rest ? { rule: rest.rule } : {}),
    ...('failure' in rest ? { failure: rest.failure } : {}),
  }));
}

export function readPlan(answer: unknown, id: string, sent: readonly Sent[]): Read<Verdict> {
  return read(answer, id, sent, 'plan', planned, (one): Verdict => {
    switch (one.verdict) {
      case 'ignored':
        return { kind: 'ignored', rule: one.rule };
      case 'unresolvable':
        return { kind: 'unresolvable', failure: one.failure, passing: one.passing };
      default:
        return { kind: one.verdict };
    }
  });
}

export function readDecisions(answer: unknown, id: string, sent: readonly Sent[]): Read<DoorDecision> {
  return read(answer, id, sent, 'decisions', described, (one): DoorDecision => {
    switch (one.decision) {
      case 'effect':
        return { kind: 'effect', key: one.key, effect: one.effect };
      case 'ignored':
        return { kind: 'ignored', rule: one.rule };
      case 'poison':
        return { kind: 'poison', failure: one.failure };
    }
  });
}

type About = { readonly eventId: string | null; readonly sequenceNumber: string | null };

function read<Wire extends About, T>(
  answer: unknown,
  id: string,
  sent: readonly Sent[],
  member: 'outcomes' | 'plan' | 'decisions',
  schema: z.ZodType<Wire>,
  meaning: (one: Wire) => T,
): Read<T> {
  const parsed = z.object({ redrive: z.object({ id: z.string() }) }).safeParse(answer);
  const list = z
    .array(schema)
    .safeParse(typeof answer === 'object' && answer !== null ? memberOf(answer, member) : answer);
  if (!parsed.success) return odd(formProblem(answer, member, parsed.error));
  if (!list.success) return odd(formProblem(answer, member, list.error));
  if (parsed.data.redrive.id !== id) return odd('it answers another request');
  const answers = list.data;
  if (answers.length !== sent.length) return odd(`${answers.length} answers to ${sent.length} records`);
  const other = answers.findIndex((one, index) => !isAbout(one, sent[index]));
  if (other >= 0) return odd(`answer ${other + 1} of ${sent.length} is about another record`);
  return { ok: true, answers: answers.map(meaning) };
}

function memberOf(answer: object, name: string): unknown {
  return Object.hasOwn(answer, name) ? (answer as Record<string, unknown>)[name] : undefined;
}

function isAbout({ eventId, sequenceNumber }: About, sent: Sent | undefined): boolean {
  return (
    sent !== undefined &&
    eventId === (sent.eventId ?? null) &&
    sequenceNumber === (sent.sequenceNumber ?? null)
  );
}

/** Names fields and kinds; what the function said may hold somebody's values. */
function formProblem(answer: unknown, member: string, error: z.ZodError): string {
  if (typeof answer === 'object' && answer !== null && 'batchItemFailures' in answer)
    return 'it answered as to an event source mapping: the deployed function is older than this tool, and has no marked door';
  if (member !== 'outcomes' && typeof answer === 'object' && answer !== null && 'outcomes' in answer)
    return 'it answered with outcomes where it was to change nothing: the deployed function is older than this tool, and may have carried the records out; deploy it again';
  const path = error.issues[0]?.path.join('.') ?? '';
  return `its ${path === '' ? 'form' : path} is not as it must be; this tool and the deployed function are of different versions`;
}

function odd(details: string): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { code: 'ODD_ANSWER', details } };
}
