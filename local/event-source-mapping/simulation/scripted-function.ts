/** A function that answers by rule: the first rule that matches the batch, and has not applied often enough yet, decides; none: success. */
import { type Clock, sleep } from '../../../shared/time/clock.ts';
import type { Invocation, InvokeResult } from '../index.ts';
import type { Answer, Rule } from './case.ts';

export function scriptedFunction(
  rules: readonly Rule[],
  durationMs: number,
  clock: Clock,
): (invocation: Invocation) => Promise<InvokeResult> {
  const left = rules.map((rule) => rule.times);
  return async ({ event }) => {
    const numbers = event.Records.map(sequenceNumberOf);
    const index = rules.findIndex(
      ({ whenBatchHas: wanted }, at) =>
        (left[at] ?? 0) > 0 && (wanted === undefined || numbers.some((number) => wanted.has(number))),
    );
    const rule = rules[index];
    if (rule !== undefined) left[index] = (left[index] ?? 0) - 1;
    await sleep(clock, rule?.durationMs ?? durationMs);
    if (rule === undefined) return { kind: 'returned', payload: null };
    return resultOf(
      rule.answer,
      numbers.filter((number) => rule.whenBatchHas?.has(number) ?? true),
    );
  };
}

function resultOf(answer: Answer, matched: readonly string[]): InvokeResult {
  switch (answer.kind) {
    case 'respond':
      return { kind: 'returned', payload: answer.payload };
    case 'report-matched':
      return {
        kind: 'returned',
        payload: { batchItemFailures: matched.map((itemIdentifier) => ({ itemIdentifier })) },
      };
    case 'throw':
      return { kind: 'error', errorType: answer.errorType, errorMessage: answer.errorMessage };
    case 'timeout':
      return { kind: 'timeout' };
    case 'throttle':
      return { kind: 'throttled' };
  }
}

function sequenceNumberOf(record: unknown): string {
  const { dynamodb } = (record ?? {}) as { dynamodb?: { SequenceNumber?: unknown } };
  return typeof dynamodb?.SequenceNumber === 'string' ? dynamodb.SequenceNumber : '';
}
