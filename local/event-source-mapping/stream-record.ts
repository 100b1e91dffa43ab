/** A record while the mapping holds it: what ordering, age and payload need, read once, and released when the record is done with. */
import { javaDouble } from './java-double.ts';

export class StreamRecord {
  /** Absent if the record carries none; such a record cannot be reported by name. */
  readonly sequenceNumber: string | undefined;
  /** Milliseconds since the epoch: its ApproximateCreationDateTime, or its arrival if it has none. */
  readonly createdAtMs: number;
  readonly arrivedAtMs: number;
  #event: unknown;
  #json: string | undefined;
  #bytes: number | undefined;
  #done = false;

  /** `event` is a Lambda event record, whatever fields it lacks. */
  constructor(event: unknown, arrivedAtMs: number) {
    const { SequenceNumber: number, ApproximateCreationDateTime: seconds } = changeOf(event);
    this.#event = event;
    this.arrivedAtMs = arrivedAtMs;
    this.sequenceNumber = typeof number === 'string' && number !== '' ? number : undefined;
    this.createdAtMs = isMoment(seconds) ? Math.floor(seconds * 1000) : arrivedAtMs;
  }

  /** As it was appended; `undefined` once it is done with. */
  get event(): unknown {
    return this.#event;
  }

  /** Its JSON in an event, written once. */
  get json(): string {
    this.#json ??= recordJson(this.#event);
    return this.#json;
  }

  /** Bytes of that JSON in UTF-8. */
  get bytes(): number {
    this.#bytes ??= Buffer.byteLength(this.json);
    return this.#bytes;
  }

  get done(): boolean {
    return this.#done;
  }

  /** Releases the record's contents. */
  markDone(): void {
    this.#done = true;
    this.#event = undefined;
    this.#json = undefined;
  }
}

const ENVELOPE_BYTES = Buffer.byteLength('{"Records":[]}');

/** The JSON of the event that carries `records`. */
export function eventJson(records: readonly StreamRecord[]): string {
  return `{"Records":[${records.map((record) => record.json).join(',')}]}`;
}

/** Bytes of the event whose `count` records have `recordBytes` between them. */
export const eventBytes = (count: number, recordBytes: number) =>
  ENVELOPE_BYTES + recordBytes + Math.max(0, count - 1);

/**
 * Which of `lanes` parallel lanes a record belongs to: by a hash (FNV-1a) of its item's key, so that one item's records always
 * share a lane and keep their order. AWS promises that order and does not say how it divides a shard
 * (docs.aws.amazon.com/lambda/latest/dg/with-ddb.html).
 */
export function laneOf(event: unknown, lanes: number): number {
  if (lanes === 1) return 0;
  const { Keys: keys } = changeOf(event);
  const text =
    typeof keys === 'object' && keys !== null
      ? JSON.stringify(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1)))
      : '';
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % lanes;
}

interface Change {
  readonly SequenceNumber?: unknown;
  readonly ApproximateCreationDateTime?: unknown;
  readonly Keys?: unknown;
}

function changeOf(event: unknown): Change {
  if (typeof event !== 'object' || event === null) return {};
  const { dynamodb } = event as { dynamodb?: unknown };
  return typeof dynamodb === 'object' && dynamodb !== null ? dynamodb : {};
}

/** AWS writes the creation time as a Java double, `1.789651659E9`, in the payload it stores in S3 (recorded on AWS). */
function recordJson(event: unknown): string {
  const change = changeOf(event);
  const { ApproximateCreationDateTime: seconds } = change;
  if (!isFiniteNumber(seconds)) return JSON.stringify(event) ?? 'null';
  return JSON.stringify({
    ...(event as object),
    dynamodb: { ...change, ApproximateCreationDateTime: javaDouble(seconds) },
  });
}

/** Seconds since the epoch that a date can be. */
const isMoment = (value: unknown): value is number => isFiniteNumber(value) && Math.abs(value) <= 1e12;

const isFiniteNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
