/** What no recording covers, or AWS does not document: decided here, each a parameter. docs/event-source-mapping.md gives the reasons. */

export interface Parameters {
  /** Milliseconds before attempt `failures + 1` of an unchanged batch; pieces of a cut or halved batch follow at once. */
  readonly backoffMs: (failures: number) => number;
  /** How long the stream keeps a record, from its arrival: 24 hours on AWS. */
  readonly retentionMs: number;
  /** Whether records lost to the retention reach the on-failure destination, as `RecordAgeExceeded`. */
  readonly retentionLoss: 'silent' | 'destination';
  /** A response that names records of the batch and others that are not in it. */
  readonly mixedIdentifiers: 'complete-failure' | 'lowest-valid';
  /** A response that is neither an object, nor null, nor an empty string or list. */
  readonly unreadableResponse: 'complete-failure' | 'success';
  /** A batch of several that fails with bisect on and MaximumRetryAttempts 0. */
  readonly bisectWithoutRetries: 'split-first' | 'discard-whole';
  /** What MaximumRecordAgeInSeconds counts from: the record's ApproximateCreationDateTime, or its arrival in the mapping. */
  readonly ageFrom: 'creation' | 'arrival';
  /** Bytes of UTF-8 in an invocation's JSON; AWS refuses a request of more than 6,291,456. */
  readonly payloadLimitBytes: number;
  /** The function's version in on-failure bodies; absent: taken from the function's ARN. */
  readonly executedVersion: string | undefined;
}

export const DEFAULT_PARAMETERS: Parameters = {
  backoffMs: exponentialBackoff({ firstMs: 200, factor: 2, capMs: 60_000 }),
  retentionMs: 24 * 3_600_000,
  retentionLoss: 'silent',
  mixedIdentifiers: 'complete-failure',
  unreadableResponse: 'complete-failure',
  bisectWithoutRetries: 'split-first',
  ageFrom: 'creation',
  payloadLimitBytes: 6 * 1024 * 1024,
  executedVersion: undefined,
};

/** `firstMs`, then `factor` times more after each failure, never above `capMs`. */
export function exponentialBackoff(shape: {
  readonly firstMs: number;
  readonly factor: number;
  readonly capMs: number;
}): (failures: number) => number {
  return (failures) => Math.min(shape.capMs, shape.firstMs * shape.factor ** Math.max(0, failures - 1));
}
