/** The order in which records are carried out: as the stream had them, lane by lane. Pure. */
import { createHash } from 'node:crypto';
import { member } from '../dead-letters/json.ts';
import type { FailedRecord } from '../dead-letters/letter.ts';
import type { Entry, Position } from './entry.ts';

/** @param partitionKey the name of the table's partition key; undefined when it could not be learned: then all its records are one lane */
export function positionOf(
  record: Pick<FailedRecord, 'record' | 'streamArn' | 'sequenceNumber'>,
  table: string,
  partitionKey: string | undefined,
): Position {
  const keys = member(member(record.record, 'dynamodb'), 'Keys');
  const value = partitionKey === undefined ? undefined : member(keys, partitionKey);
  return {
    lane: JSON.stringify([table, value ?? null]),
    streamLabel: record.streamArn.split('/stream/')[1] ?? '',
    sequenceNumber: record.sequenceNumber === undefined ? undefined : BigInt(record.sequenceNumber),
  };
}

/** Digits grow, so numbers are compared and not texts; what has none comes last. */
export function inStreamOrder(a: Entry, b: Entry): number {
  return (
    compare(a.position.lane, b.position.lane) ||
    compare(a.position.streamLabel, b.position.streamLabel) ||
    compareNumbers(a.position.sequenceNumber, b.position.sequenceNumber)
  );
}

/** What failed first, first: what `--limit` takes. */
export function oldestFirst(a: Entry, b: Entry): number {
  return compare(a.facts.failedAt, b.facts.failedAt) || inStreamOrder(a, b);
}

/** Which worker a lane belongs to, always the same one. */
export function workerOf(lane: string, workers: number): number {
  return createHash('sha256').update(lane).digest().readUInt32BE() % workers;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareNumbers(a: bigint | undefined, b: bigint | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}
