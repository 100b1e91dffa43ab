/**
 * Reads what an invocation returned: the whole batch succeeded, or it failed from some record on, or altogether.
 * Rules: docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html; each odd form was recorded on AWS.
 */
import type { Parameters } from './parameters.ts';

/** How one invocation ended, as the caller of the function saw it. */
export type InvokeResult =
  | { readonly kind: 'returned'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly errorType: string; readonly errorMessage: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'throttled' };

/**
 * - `partial`: the records before index `from` are done; that one and all after it come again, also those that worked.
 * - `invalid`: a response that fails the whole batch.
 * - `oversized`: Lambda refused the request for its size; the function never ran.
 */
export type Reading =
  | { readonly kind: 'success' }
  | { readonly kind: 'partial'; readonly from: number }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'error'; readonly errorType?: string }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'oversized' };

type ReadingParameters = Pick<Parameters, 'mixedIdentifiers' | 'unreadableResponse'>;

/** `sequenceNumbers` are the batch's, in stream order, so the lowest number reported is the one that stands first. */
export function readResult(
  result: InvokeResult,
  sequenceNumbers: readonly (string | undefined)[],
  reportBatchItemFailures: boolean,
  parameters: ReadingParameters,
): Reading {
  switch (result.kind) {
    case 'throttled':
      return { kind: 'throttled' };
    case 'error':
      return { kind: 'error', errorType: result.errorType };
    case 'timeout':
      return { kind: 'error', errorType: 'Sandbox.Timedout' };
    case 'returned':
      // Without the setting a response says nothing: returned failures count as success (recorded on AWS).
      if (!reportBatchItemFailures) return { kind: 'success' };
      return readResponse(result.payload, sequenceNumbers, parameters);
  }
}

function readResponse(
  payload: unknown,
  sequenceNumbers: readonly (string | undefined)[],
  parameters: ReadingParameters,
): Reading {
  if (payload === undefined || payload === null || payload === '') return { kind: 'success' };
  if (Array.isArray(payload) && payload.length === 0) return { kind: 'success' };
  if (typeof payload !== 'object' || Array.isArray(payload))
    return { kind: parameters.unreadableResponse === 'success' ? 'success' : 'invalid' };
  const failures = (payload as { batchItemFailures?: unknown }).batchItemFailures ?? [];
  if (!Array.isArray(failures)) return { kind: 'invalid' };
  if (failures.length === 0) return { kind: 'success' };

  const reported = new Set(failures.map(identifierOf));
  const from = sequenceNumbers.findIndex((number) => number !== undefined && reported.has(number));
  if (from === -1) return { kind: 'invalid' };
  if (parameters.mixedIdentifiers === 'lowest-valid') return { kind: 'partial', from };
  const known = new Set<unknown>(sequenceNumbers);
  const foreign = [...reported].some((identifier) => identifier === undefined || !known.has(identifier));
  return foreign ? { kind: 'invalid' } : { kind: 'partial', from };
}

function identifierOf(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null) return undefined;
  const { itemIdentifier } = failure as { itemIdentifier?: unknown };
  return typeof itemIdentifier === 'string' && itemIdentifier !== '' ? itemIdentifier : undefined;
}
