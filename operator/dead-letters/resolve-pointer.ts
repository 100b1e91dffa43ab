/**
 * Turns a pointer into the whole records it stands for, in the form in which Lambda delivers them. The range may hold records that
 * the mapping had filtered out, or that belonged to another of its lanes: the filter is applied again, lanes cannot be told apart.
 */
import { toEventRecord } from '../../shared/stream/event-record.ts';
import type { LetterContent, RecordContent } from './letter.ts';
import type { KnownFilter } from './mapping-filter.ts';
import { sizeDiffers } from './read-batch.ts';
import { type RangeOptions, readRange } from './read-range.ts';
import { recordFacts } from './record-facts.ts';

export type ResolveOptions = Pick<RangeOptions, 'client' | 'clock' | 'random' | 'signal'> & {
  readonly filter: KnownFilter;
};

/** An event has 6 MB at most, so a batch has; a range may hold more, and beyond this nobody could hold it. */
const MOST_RECORDS = 20_000;

/**
 * @param pointer one with a range; without one it is answered as it is
 * @returns never fewer records than were given up: where the filter as it is now would leave fewer, it is not applied
 */
export async function resolvePointer(
  pointer: LetterContent,
  options: ResolveOptions,
): Promise<LetterContent> {
  const { batch } = pointer;
  if (batch?.start === undefined || batch.end === undefined) return pointer;
  const { shardId, streamArn, start, end, batchSize } = batch;
  if (shardId === undefined)
    return unresolved(pointer, { code: 'NO_SHARD', details: 'the message does not name the shard' });
  if (BigInt(start) > BigInt(end))
    return unresolved(pointer, { code: 'MALFORMED_BATCH', details: 'its range ends before it starts' });

  const range = { ...options, streamArn, shardId, start, end };
  const { filter } = options;
  const passes = filter.kind === 'filter' ? filter.passes : () => true;
  let { records, found, ended } = await read(range, passes);
  let why = filter.kind === 'unknown' ? `; ${filter.details}` : '';
  if (ended.kind === 'complete' && records.length < batchSize && found > records.length) {
    // The filter was changed since: records that it kept then must not be lost to what it keeps now.
    ({ records, found, ended } = await read(range, () => true));
    why = '; the mapping filters otherwise now, so its filter was not applied';
  }
  const whole: LetterContent = { ...pointer, records: records.map((record) => contentOf(record, pointer)) };
  if (ended.kind === 'stopped')
    return unresolved(whole, {
      code: 'TOO_MANY_RECORDS',
      details: `its range holds more than ${MOST_RECORDS} records; reconcile from the table instead`,
    });
  if (ended.kind === 'incomplete') return unresolved(whole, ended.reason);
  if (records.length < batchSize)
    return unresolved(whole, {
      code: 'RECORDS_MISSING',
      details: `the mapping gave up ${batchSize} records, the stream holds ${records.length} of its range`,
    });
  const { reason: _, ...rest } = whole;
  // A batch is part of its range: as many records are the same records, whatever is known of the filter.
  if (records.length === batchSize) return { ...rest, resolvable: true };
  const differs = sizeDiffers(batchSize, records.length);
  const others = '; some may have been filtered out, or be of another lane';
  return {
    ...rest,
    resolvable: true,
    reason: { ...differs, details: `${differs.details}${others}${why}` },
  };
}

/** @param passes what the filter lets through; only that is kept in memory */
async function read(range: Omit<RangeOptions, 'onRecords'>, passes: (record: unknown) => boolean) {
  const records: Record<string, unknown>[] = [];
  let found = 0;
  const ended = await readRange({
    ...range,
    onRecords(page) {
      found += page.length;
      for (const record of page) {
        const event = toEventRecord(record, range.streamArn);
        if (passes(event)) records.push(event);
      }
      return records.length <= MOST_RECORDS;
    },
  });
  return { records, found, ended };
}

function contentOf(record: Record<string, unknown>, pointer: LetterContent): RecordContent {
  const { condition, failedAt, batch } = pointer;
  return {
    streamArn: batch?.streamArn ?? '',
    ...recordFacts(record),
    failedAt: failedAt ?? new Date(0).toISOString(),
    error: pointer.error ?? { code: condition ?? 'GIVEN_UP' },
    ...(pointer.requestId === undefined ? {} : { requestId: pointer.requestId }),
    record,
  };
}

function unresolved(content: LetterContent, reason: NonNullable<LetterContent['reason']>): LetterContent {
  return { ...content, resolvable: false, reason };
}
