/** How long a record that waits can still be processed, and how long it can be read at all. */

/** DynamoDB keeps a stream record for 24 hours (DynamoDB developer guide, "DynamoDB Streams"). */
export const STREAM_RETENTION_MS = 24 * 3_600_000;

export interface TimeLeft {
  /** Until the mapping gives it up, and it becomes a dead letter; undefined where the mapping has no such limit. */
  readonly untilGivenUpMs: number | undefined;
  /** Until the stream forgets it; it is lost then if nobody has it. */
  readonly untilForgottenMs: number;
}

export function timeLeft(ageMs: number, maximumRecordAgeMs: number | undefined): TimeLeft {
  return {
    untilGivenUpMs: maximumRecordAgeMs === undefined ? undefined : Math.max(0, maximumRecordAgeMs - ageMs),
    untilForgottenMs: Math.max(0, STREAM_RETENTION_MS - ageMs),
  };
}
