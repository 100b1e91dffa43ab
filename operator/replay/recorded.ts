/** The records of a recording as the door takes them, batch by batch, in constant memory. */
import { readFixture } from '../../fixtures/read.ts';
import { usableSequenceNumber } from '../../shared/stream/decode.ts';
import { member } from '../dead-letters/json.ts';
import { recordFacts, tableOf } from '../dead-letters/record-facts.ts';
import { type DoorRecord, MAX_REQUEST_BYTES, MAX_REQUEST_RECORDS } from '../redrive/door.ts';

/** With what people tell a record by. */
export interface RecordedRecord extends DoorRecord {
  /** Of the record in the file, from 1. */
  readonly number: number;
  /** The item's key as text; absent where the record has none that is usable. */
  readonly key: string | undefined;
  /** Of whose stream it says that it is; absent where it does not say. */
  readonly table: string | undefined;
  /** Ms since the epoch; 0 where the record does not say. */
  readonly createdMs: number;
}

/**
 * @param limit the most records
 * @throws {FixtureError} when it comes to what is wrong with the file
 */
export async function* recordedBatches(
  path: string,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly RecordedRecord[], void, void> {
  let batch: RecordedRecord[] = [];
  let bytes = 0;
  let number = 0;
  for await (const record of readFixture(path)) {
    if (number >= limit) break;
    const recorded = recordedRecord(record, ++number);
    const size = Buffer.byteLength(recorded.json) + 1;
    if (batch.length > 0 && (batch.length >= MAX_REQUEST_RECORDS || bytes + size > MAX_REQUEST_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(recorded);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function recordedRecord(record: unknown, number: number): RecordedRecord {
  const eventId = member(record, 'eventID');
  const streamArn = member(record, 'eventSourceARN');
  const created = member(member(record, 'dynamodb'), 'ApproximateCreationDateTime');
  return {
    number,
    json: JSON.stringify(record),
    eventId: typeof eventId === 'string' ? eventId : undefined,
    sequenceNumber: usableSequenceNumber(record),
    key: recordFacts(record).key,
    table: typeof streamArn === 'string' ? tableOf(streamArn) : undefined,
    createdMs: typeof created === 'number' && created > 0 ? Math.round(created * 1000) : 0,
  };
}
