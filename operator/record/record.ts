/** Records a table's stream into a file: from where to where was said, in the order of each item, in the form in which Lambda delivers records. */
import type { DynamoDBStreamsClient, _Record as StreamsRecord } from '@aws-sdk/client-dynamodb-streams';
import { lineOf, Problem } from '../../local/problem.ts';
import { toEventRecord } from '../../shared/stream/event-record.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { moment } from '../terminal/format.ts';
import { startProgress } from '../terminal/progress.ts';
import { nameOf } from './read-shard.ts';
import { readStream, type StreamRead } from './read-stream.ts';
import type { RecordedTable } from './recorded-table.ts';
import { openRecordingFile } from './recording-file.ts';
import type { Window } from './start.ts';

export interface RecordingOptions {
  readonly client: Pick<DynamoDBStreamsClient, 'send'>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Ends the recording; the file is then whole. */
  readonly signal: AbortSignal;
  readonly table: RecordedTable;
  readonly window: Window;
  readonly path: string;
  readonly force: boolean;
  readonly redact: (record: unknown) => unknown;
  /** Progress and warnings. */
  readonly err: NodeJS.WriteStream;
}

export interface RecordingResult extends StreamRead {
  /** Undefined when there was nothing to record. */
  readonly file: string | undefined;
  /** How often records were missing that should be there. */
  readonly gaps: number;
  /** ISO 8601: when the earliest and the latest record were created, as far as they say. */
  readonly first: string | undefined;
  readonly last: string | undefined;
}

/** What a stream holds, ms (DynamoDB developer guide, "Change data capture for DynamoDB Streams"). */
const RETENTION_MS = 24 * 3_600_000;

/** More are throttled (DynamoDB developer guide, "Quotas": simultaneous readers of a shard). */
const MOST_READERS = 2;

/**
 * @throws Problem when the file cannot be made, or the stream not be read from the start; what it throws later leaves FILE.part with
 *   what was recorded
 */
export async function record(options: RecordingOptions): Promise<RecordingResult> {
  const { clock, table, window, path, err } = options;
  const file = await openRecordingFile(options);
  const warn = (line: string) => err.write(`${table.name}: ${line}\n`);
  let gaps = 0;
  const gap = (line: string) => {
    gaps++;
    warn(`MISSING: ${line}`);
  };
  if (table.readers >= MOST_READERS)
    warn(
      `${table.readers} mappings read this stream; a shard bears two readers, so this recording may slow them down`,
    );
  sayForgotten(window, clock.now(), gap);
  const progress = startProgress({ err, clock, label: 'recording', total: window.limit });
  const times = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };
  const wantedSequence = window.start.kind === 'sequence' ? window.start.from : undefined;
  let sequenceFound = wantedSequence === undefined;
  let count = 0;
  try {
    const read = await readStream({
      ...options,
      streamArn: table.streamArn,
      warn,
      gap,
      async take(records) {
        for (const one of records) note(one);
        await file.write(records.map((one) => options.redact(toEventRecord(one, table.streamArn))));
        await file.flushIfDue();
        count += records.length;
        progress.update(count, Number.isFinite(times.last) ? `up to ${moment(times.last)}` : undefined);
      },
    });
    progress.stop();
    if (!sequenceFound)
      gap(
        `sequence number ${wantedSequence} was not met: forgotten after 24 hours, of another stream, or not reached`,
      );
    const bytes = await file.finish();
    return {
      ...read,
      file: bytes === 0 ? undefined : path,
      gaps,
      first: Number.isFinite(times.first) ? new Date(times.first).toISOString() : undefined,
      last: Number.isFinite(times.last) ? new Date(times.last).toISOString() : undefined,
    };
  } catch (error) {
    progress.stop();
    // Where it cannot be written either, the first reason is the one to be told.
    await file.abandon().catch(() => {});
    throw unreadable(error, table, count > 0 ? `${path}.part` : undefined);
  }

  function note({ dynamodb }: StreamsRecord): void {
    const createdMs = dynamodb?.ApproximateCreationDateTime?.getTime();
    if (createdMs !== undefined) {
      times.first = Math.min(times.first, createdMs);
      times.last = Math.max(times.last, createdMs);
    }
    sequenceFound ||=
      dynamodb?.SequenceNumber !== undefined && BigInt(dynamodb.SequenceNumber) === wantedSequence;
  }
}

function sayForgotten({ start }: Window, nowMs: number, gap: (line: string) => void): void {
  if (start.kind === 'time' && start.fromMs < nowMs - RETENTION_MS)
    gap(`a stream keeps 24 hours: what was created before ${moment(nowMs - RETENTION_MS)} is gone`);
}

function unreadable(error: unknown, { name, streamArn }: RecordedTable, kept: string | undefined): unknown {
  const rest = kept === undefined ? '' : `; what was recorded until then is in ${kept}`;
  switch (nameOf(error)) {
    case 'ResourceNotFoundException':
      return new Problem(
        `${name}: there is no stream ${streamArn}: it was switched off or made anew; deploy the stage again${rest}`,
      );
    case 'AccessDeniedException':
      return new Problem(
        `${name}: allow dynamodb:DescribeStream, dynamodb:GetShardIterator and dynamodb:GetRecords on ${streamArn} (${lineOf(error)})${rest}`,
      );
    default:
      return error instanceof Problem
        ? error
        : new Problem(`${name}: the stream cannot be read (${lineOf(error)})${rest}`);
  }
}
