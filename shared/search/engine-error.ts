/** What an answer of the search engine that is an error says of itself: its status and its type, never its reason, which quotes values. */
import { errors } from '@opensearch-project/opensearch';

export interface EngineError {
  readonly status: number;
  /** E.g. `resource_already_exists_exception`; absent if a proxy answered, or the engine without a type. */
  readonly type?: string;
}

/** @returns undefined if the engine did not answer at all */
export function engineError(error: unknown): EngineError | undefined {
  if (!(error instanceof errors.ResponseError)) return undefined;
  const body: unknown = error.body;
  const cause = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  const type = typeof cause === 'object' && cause !== null && 'type' in cause ? cause.type : undefined;
  return { status: error.statusCode ?? 0, ...(typeof type === 'string' && { type }) };
}

/** Runs a request of which one kind of error is an answer too. */
export async function unless<T, U>(
  request: PromiseLike<T>,
  isAnswer: (error: EngineError) => boolean,
  otherwise: U,
): Promise<T | U> {
  try {
    return await request;
  } catch (error) {
    const answer = engineError(error);
    if (answer && isAnswer(answer)) return otherwise;
    throw error;
  }
}

/** What the set-up of the index cannot mend by itself; the message says what to do. */
export class IndexSetUpError extends Error {
  readonly code:
    | 'INDEX_BEARS_ALIAS_NAME'
    | 'AMBIGUOUS_ALIAS'
    | 'MAPPING_NEEDS_REBUILD'
    | 'INDEX_CONTENDED'
    | 'NO_INDEX'
    | 'NOT_PREPARED'
    | 'PREVIOUS_INDEX_KEPT'
    | 'REBUILD_UNCHECKED';
  readonly retryable: boolean;

  constructor(code: IndexSetUpError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'IndexSetUpError';
    this.code = code;
    this.retryable = code === 'INDEX_CONTENDED';
  }
}
