/**
 * What becomes of a batch after an invocation: the retry and bisect rules as one pure function, exactly as recorded on AWS.
 *
 * - A partial acknowledgement opens a new batch from the reported record on: new request id, fresh retry budget.
 * - With bisect a failing batch of several is never retried: it is halved (left half rounded down), and each half is a batch of
 *   its own; the left one is finished before the right one starts.
 * - Only what cannot be cut or halved uses the retry budget; it is retried with the same request id.
 * - Throttles never use it (docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html); a request refused for its size does.
 */
import type { Parameters } from './parameters.ts';
import type { Reading } from './response.ts';

export interface RetryRules {
  readonly bisectBatchOnFunctionError: boolean;
  readonly maximumRetryAttempts: number | undefined;
}

export type NextStep =
  | { readonly kind: 'done' }
  /** Records before `at` are done; the rest is a new batch. */
  | { readonly kind: 'cut'; readonly at: number }
  /** Two new batches, `[0, at)` and then `[at, size)`. */
  | { readonly kind: 'halve'; readonly at: number }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'exhausted' };

/** A batch just after an invocation. `attempts` and `throttles` include that invocation. */
export interface Attempted {
  readonly size: number;
  readonly attempts: number;
  readonly throttles: number;
}

export function nextStep(
  reading: Reading,
  batch: Attempted,
  rules: RetryRules,
  parameters: Pick<Parameters, 'backoffMs' | 'bisectWithoutRetries'>,
): NextStep {
  switch (reading.kind) {
    case 'success':
      return { kind: 'done' };
    case 'throttled':
      return { kind: 'retry', delayMs: parameters.backoffMs(batch.throttles) };
    case 'partial':
      return reading.from > 0 ? { kind: 'cut', at: reading.from } : afterFailure(batch, rules, parameters);
    case 'invalid':
    case 'error':
    case 'oversized':
      return afterFailure(batch, rules, parameters);
  }
}

function afterFailure(
  batch: Attempted,
  rules: RetryRules,
  parameters: Pick<Parameters, 'backoffMs' | 'bisectWithoutRetries'>,
): NextStep {
  const { maximumRetryAttempts: limit } = rules;
  const mayHalve = limit !== 0 || parameters.bisectWithoutRetries === 'split-first';
  if (rules.bisectBatchOnFunctionError && batch.size > 1 && mayHalve)
    return { kind: 'halve', at: Math.floor(batch.size / 2) };
  if (limit !== undefined && batch.attempts > limit) return { kind: 'exhausted' };
  return { kind: 'retry', delayMs: parameters.backoffMs(batch.attempts) };
}
