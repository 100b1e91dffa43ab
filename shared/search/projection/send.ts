/** Sends one request to the search engine within a bound of time, and tells a refusal of the request itself from everything transient. */
import { errors } from '@opensearch-project/opensearch';
import type { Failure } from '../../stream/outcome.ts';
import type { BatchContext } from '../../stream/processor.ts';
import { engineError } from '../engine-error.ts';

/**
 * Well below the 30 s after which a record is old, so that no request can land when its record's tombstone may be gone
 * (`index.gc_deletes`, 60 s by default; OpenSearch, "Delete document").
 */
export const REQUEST_TIMEOUT_MS = 20_000;

export type Answer<Body> =
  | { readonly kind: 'answered'; readonly body: Body }
  /** 400 or 413: the engine refuses something in the request, and would again. `byEngine` is false if a proxy may have said it. */
  | { readonly kind: 'refused'; readonly failure: Failure; readonly byEngine: boolean }
  | { readonly kind: 'transient'; readonly failure: Failure };

/** What the client's API methods return: a promise of the response that can be aborted. */
export interface PendingRequest {
  then(onFulfilled: (response: { body: unknown }) => void, onRejected: (error: unknown) => void): unknown;
  abort?(): unknown;
}

export async function send<Body>(start: () => PendingRequest, context: BatchContext): Promise<Answer<Body>> {
  const { clock, deadline } = context;
  if (deadline.passed()) return { kind: 'transient', failure: { code: 'DEADLINE' } };
  const pending = start();
  // Must return nothing: a listener's thenable that rejects, as this one then does, ends the process (Node, "EventTarget error handling").
  const abort = (): void => {
    pending.abort?.();
  };
  const cancelTimeout = clock.after(REQUEST_TIMEOUT_MS, abort);
  deadline.signal.addEventListener('abort', abort, { once: true });
  try {
    const response = await new Promise<{ body: unknown }>((resolve, reject) => {
      pending.then(resolve, reject);
    });
    return { kind: 'answered', body: response.body as Body };
  } catch (error) {
    return classify(error, deadline.passed());
  } finally {
    cancelTimeout();
    deadline.signal.removeEventListener('abort', abort);
  }
}

function classify<Body>(error: unknown, deadlinePassed: boolean): Answer<Body> {
  const answer = engineError(error);
  if (answer !== undefined) {
    const { status, type } = answer;
    const failure = { code: `SEARCH_${status}`, ...(type === undefined ? {} : { type }) };
    if (status === 400 || status === 413) {
      return { kind: 'refused', failure, byEngine: type !== undefined || status === 413 };
    }
    return { kind: 'transient', failure };
  }
  if (error instanceof errors.RequestAbortedError) {
    return { kind: 'transient', failure: { code: deadlinePassed ? 'DEADLINE' : 'SEARCH_TIMEOUT' } };
  }
  const type = error instanceof Error ? error.name : typeof error;
  return { kind: 'transient', failure: { code: 'SEARCH_UNREACHABLE', type } };
}
