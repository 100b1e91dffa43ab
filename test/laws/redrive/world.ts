/**
 * Dead letters of one processor in memory, and operators who redrive and discard them, killed, interrupted and refused at any request.
 * At every removal of a letter it is looked whether a record is lost by it.
 */
import { VirtualClock } from '../../../local/virtual-clock.ts';
import type { AuditLine } from '../../../operator/audit/entry.ts';
import {
  announcement,
  envelope,
  givenUp,
  payloadOf,
  TEST_MESSAGE,
} from '../../../operator/dead-letters/testing.ts';
import type { System } from '../../../operator/system/system.ts';
import { streamRecord } from '../../support/record.ts';
import { memoryBucket } from './memory-bucket.ts';
import type { Services } from './memory-clients.ts';
import { memoryFunction, type Subject } from './memory-function.ts';
import { memoryQueue } from './memory-queue.ts';
import { memoryStream } from './memory-stream.ts';
import type { RecordOf, Scenario } from './scenario.ts';

export const PROCESSOR = 'bids';
const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/bids/stream/';
export const STREAM = `${TABLE}2026-01-01T00:00:00.000`;
const START_MS = Date.parse('2026-03-01T00:00:00Z');
export const UNKNOWN = 'not JSON';
const DAMAGED = '{"Records":[{"eve';

/** A record in a letter, as it was first written. */
export interface Lettered {
  readonly failedAt: string;
  readonly code: string;
  readonly requestId: string;
}

export interface LetterWorld {
  readonly clock: VirtualClock;
  readonly services: Services;
  readonly subjects: readonly Subject[];
  /** By record: what its letters said at first; empty for one that no letter holds. */
  readonly lettered: ReadonlyMap<number, readonly Lettered[]>;
  /** Lines that were kept, of all runs. */
  readonly trail: AuditLine[];
  readonly problems: string[];
  readonly facts: System['processors'][number];
  /** Numbers of the records in a message's or object's text. */
  recordsIn(text: string): readonly number[];
  /** Numbers of the records that some letter holds. */
  held(): ReadonlySet<number>;
}

export function letterWorld({ records, letters, operators, streamHolds }: Scenario): LetterWorld {
  const clock = new VirtualClock(START_MS);
  const problems: string[] = [];
  const broken = (problem: string) => void problems.push(problem);
  const subjects = records.map(subject);
  const trail: AuditLine[] = [];
  const lettered = new Map<number, Lettered[]>();
  const bucket = memoryBucket(checkRemoved);
  const queue = memoryQueue(clock, checkRemoved);
  const ofTable = subjects.filter(({ nature }) => nature !== 'other-table' && nature !== 'other-processor');
  const stream = memoryStream(
    ofTable.map(({ record }) => record),
    streamHolds,
  );
  // Nobody can have them any more, so nobody can name them: only a discard may let their pointer go.
  const beyond = new Set(
    operators.some(({ command }) => command === 'discard')
      ? ofTable.slice(streamHolds ?? Number.POSITIVE_INFINITY)
      : [],
  );
  const services = { queue, bucket, stream, invoke: memoryFunction(subjectOf, clock, broken) };

  function subjectOf(record: unknown): Subject | undefined {
    const { dynamodb } = (record ?? {}) as { dynamodb?: { SizeBytes?: number } };
    return subjects[(dynamodb?.SizeBytes ?? 0) - 1];
  }

  function recordsIn(text: string): readonly number[] {
    if (text === UNKNOWN) return [];
    const {
      record,
      payload,
      DDBStreamBatchInfo: range,
    } = JSON.parse(text) as {
      record?: unknown;
      payload?: string;
      DDBStreamBatchInfo?: { startSequenceNumber: string; endSequenceNumber: string };
    };
    if (range !== undefined && (payload === undefined || payload === DAMAGED))
      return inRange(BigInt(range.startSequenceNumber), BigInt(range.endSequenceNumber)).map(
        ({ index }) => index,
      );
    const inside: unknown[] = payload === undefined ? [record] : JSON.parse(payload).Records;
    return inside.flatMap((one) => subjectOf(one)?.index ?? []);
  }

  function inRange(start: bigint, end: bigint): readonly Subject[] {
    return ofTable.filter(({ sequenceNumber }) => {
      const at = BigInt(sequenceNumber);
      return start <= at && at <= end;
    });
  }

  function held(): ReadonlySet<number> {
    return new Set([...queue.bodies(), ...bucket.objects.values()].flatMap(recordsIn));
  }

  function checkRemoved(text: string): void {
    const left = held();
    for (const index of recordsIn(text)) {
      const one = subjects[index];
      if (one === undefined || one.isSettled || left.has(index) || isDiscarded(one)) continue;
      if (beyond.has(one)) continue;
      broken(`record ${index}, ${one.nature}, was lost: its last letter went, and nothing had become of it`);
    }
    if (
      text === UNKNOWN &&
      !trail.some((line) => line.event === 'result' && line.key?.startsWith('unknown '))
    )
      broken('a letter that nobody understands was deleted, and nobody said so');
  }

  function isDiscarded({ index }: Subject): boolean {
    return trail.some(
      (line) => line.event === 'result' && line.result === 'discarded' && isOf(line.key, index),
    );
  }

  fill();
  return {
    clock,
    services,
    subjects,
    lettered,
    trail,
    problems,
    recordsIn,
    held,
    facts: {
      name: PROCESSOR,
      functionName: 'bids-function',
      queueUrl: 'http://queue/bids',
      failureBucket: 'failures',
      setUpFunctionName: undefined,
      mappings: [{ id: 'mapping', word: '', table: 'bids', streamArn: STREAM }],
    },
  };

  function fill(): void {
    let announced: string[] = [];
    const announce = () => {
      if (announced.length > 0) queue.send(JSON.stringify(announcement('failures', ...announced)));
      announced = [];
    };
    for (const [index, { form, holds, announced: times, together }] of letters.entries()) {
      const inside = [...new Set(holds.map((number) => number % subjects.length))].flatMap(
        (n) => subjects[n] ?? [],
      );
      const facts = {
        failedAt: new Date(START_MS - (letters.length - index) * 60_000).toISOString(),
        code: form === 'envelope' ? `CODE_${index % 2}` : 'RetryAttemptsExhausted',
        requestId: `request-${index}`,
      };
      if (!together) announce();
      switch (form) {
        case 'test-message':
          queue.send(JSON.stringify(TEST_MESSAGE));
          break;
        case 'unknown':
          queue.send(UNKNOWN);
          break;
        case 'envelope': {
          const [first] = inside;
          if (first === undefined) break;
          note(first, facts);
          const { failedAt, code, requestId } = facts;
          const processor = first.nature === 'other-processor' ? 'products' : PROCESSOR;
          const letter = {
            processor,
            streamArn: String(first.record['eventSourceARN']),
            failedAt,
            requestId,
            error: { code },
            record: first.record,
          };
          queue.send(JSON.stringify(envelope(letter)));
          break;
        }
        case 'pointer':
        case 'damaged': {
          const at = inside.filter((one) => ofTable.includes(one)).map(({ index }) => index);
          const of = ofTable.filter(({ index }) => index >= Math.min(...at) && index <= Math.max(...at));
          if (of.length === 0) break;
          for (const one of of) note(one, facts);
          if (form === 'pointer') queue.send(batchOf(of, facts, undefined));
          else bucket.put(`aws/lambda/mapping/shard/2026/02/28/${index}`, batchOf(of, facts, DAMAGED));
          break;
        }
        case 'batch': {
          // A batch is what this queue's function was given: there is no other processor's record in it.
          const own = inside.filter(({ nature }) => nature !== 'other-processor');
          for (const one of own) note(one, facts);
          const key = `aws/lambda/mapping/shard/2026/02/28/${index}`;
          bucket.put(key, batchOf(own, facts, payloadOf(own.map(({ record }) => record))));
          if (times > 0) announced.push(key);
          for (let time = 1; time < times; time++) queue.send(JSON.stringify(announcement('failures', key)));
          break;
        }
      }
    }
    announce();
  }

  function note({ index }: Subject, facts: Lettered): void {
    lettered.set(index, [...(lettered.get(index) ?? []), facts]);
  }
}

/** Whether a key as text, as in letters and in the trail, is of this record's item. */
export function isOf(key: string | undefined, index: number): boolean {
  return key?.endsWith(` SK=row-${index}`) === true;
}

function subject({ nature, lane, hasId }: RecordOf, index: number): Subject {
  const eventID = `event-${index}`;
  // A digit more half-way: order is that of numbers.
  const sequenceNumber = String(9_999_999_999_996n + BigInt(index));
  const made = streamRecord({
    eventID,
    seq: sequenceNumber,
    keys: { PK: { S: `lane-${lane}` }, SK: { S: `row-${index}` } },
    newImage: { status: { S: `state ${index}` } },
  });
  const { eventID: _, ...unnamed } = made;
  const record = {
    ...(hasId ? made : unnamed),
    dynamodb: { ...made.dynamodb, SizeBytes: index + 1 },
    eventSourceARN: nature === 'other-table' ? STREAM.replace('/bids/', '/other/') : STREAM,
  };
  return {
    index,
    nature,
    lane: String(lane),
    record,
    eventId: hasId ? eventID : null,
    sequenceNumber,
    isSettled: ['done', 'superseded', 'gone', 'ignored'].includes(nature),
    attempts: 0,
  };
}

/** @param payload undefined: it only says where in the stream its records are */
function batchOf(
  subjects: readonly Subject[],
  { failedAt, requestId }: Lettered,
  payload: string | undefined,
): string {
  const body = givenUp({
    ...(payload === undefined ? {} : { payload }),
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bids-function',
    timestamp: failedAt,
    info: {
      streamArn: STREAM,
      batchSize: subjects.length,
      startSequenceNumber: subjects[0]?.sequenceNumber,
      endSequenceNumber: subjects.at(-1)?.sequenceNumber,
    },
  });
  return JSON.stringify({ ...body, requestContext: { ...(body['requestContext'] as object), requestId } });
}
