/** OpenSearch's error shapes, recorded on OpenSearch 2.11.1: what the client and our code tell failures apart by. */

export interface ErrorShape {
  readonly type: string;
  readonly reason: string;
  /** Further members, e.g. `index`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly causedBy?: ErrorShape;
  /** What `root_cause` names, if not the error itself. */
  readonly root?: ErrorShape;
}

/** A request, or one item of a bulk, that the engine refuses. */
export class EngineError extends Error {
  readonly status: number;
  readonly shape: ErrorShape;

  constructor(status: number, shape: ErrorShape) {
    super(`${shape.type}: ${shape.reason}`);
    this.name = 'EngineError';
    this.status = status;
    this.shape = shape;
  }
}

/** The error as it stands in a bulk item. */
export function errorOf(shape: ErrorShape): Record<string, unknown> {
  const { type, reason, extra, causedBy } = shape;
  return { type, reason, ...extra, ...(causedBy && { caused_by: errorOf(causedBy) }) };
}

/** The body of a refused request. */
export function errorBody({ status, shape }: EngineError): Record<string, unknown> {
  const { type, reason, extra } = shape.root ?? shape;
  return { error: { root_cause: [{ type, reason, ...extra }], ...errorOf(shape) }, status };
}

export const illegalArgument = (reason: string): EngineError =>
  new EngineError(400, { type: 'illegal_argument_exception', reason });

export const parsing = (reason: string): EngineError =>
  new EngineError(400, { type: 'parsing_exception', reason });

export const invalidRequest = (problems: readonly string[]): EngineError =>
  new EngineError(400, {
    type: 'action_request_validation_exception',
    reason: `Validation Failed: ${problems.map((problem, index) => `${index + 1}: ${problem};`).join('')}`,
  });

/** What OpenSearch can do and this engine cannot: refused, so that nothing is believed to work here that does not. */
export const notImplemented = (what: string): EngineError =>
  new EngineError(501, {
    type: 'not_implemented_exception',
    reason: `the embedded search engine does not implement ${what}; run against OpenSearch for that`,
  });

export const indexNotFound = (name: string, resource: 'index_or_alias' | 'index_expression'): EngineError =>
  new EngineError(404, {
    type: 'index_not_found_exception',
    reason: `no such index [${name}]`,
    extra: { index: name, 'resource.id': name, 'resource.type': resource, index_uuid: '_na_' },
  });

/** An index that may not be created, or an alias that is none; `why` as in ` and [action.auto_create_index] is [false]`. */
export const noIndexToWrite = (name: string, why: string): EngineError =>
  new EngineError(404, {
    type: 'index_not_found_exception',
    reason: `no such index [${name}]${why}`,
    extra: { index: name, index_uuid: '_na_' },
  });

/** A failure found by the shard while it searches. */
export function searchFailed(index: string, status: number, cause: ErrorShape): EngineError {
  const reason = errorOf(cause);
  return new EngineError(status, {
    type: 'search_phase_execution_exception',
    reason: 'all shards failed',
    extra: { phase: 'query', grouped: true, failed_shards: [{ shard: 0, index, node: 'embedded', reason }] },
    root: cause,
  });
}
