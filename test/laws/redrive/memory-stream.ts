/** A table's stream in memory, of one shard: small pages with empty ones between them, and iterators that end when it is asked for. */
import type { _Record as StreamsRecord } from '@aws-sdk/client-dynamodb-streams';

export interface MemoryStream {
  iterator(input: { readonly ShardIteratorType: string; readonly SequenceNumber: string }): string;
  /** @throws ExpiredIteratorException for one that has ended */
  page(iterator: string, hasEnded: boolean): Page;
}

interface Page {
  readonly Records: readonly StreamsRecord[];
  /** Absent at the end of the shard. */
  readonly NextShardIterator?: string;
}

/** So that every range has several. */
const PAGE = 2;

/**
 * @param records as Lambda delivers them, in their order
 * @param holds how many of them there are still, in a shard that was closed; undefined: all, in one that is open
 */
export function memoryStream(
  records: readonly Record<string, unknown>[],
  holds: number | undefined,
): MemoryStream {
  const stored = records.slice(0, holds).map(asStored);
  return {
    iterator({ ShardIteratorType: type, SequenceNumber: at }) {
      const from = stored.findIndex(({ dynamodb }) => BigInt(dynamodb?.SequenceNumber ?? 0) >= BigInt(at));
      if (from < 0) return iteratorOf(stored.length);
      const isAfter = type === 'AFTER_SEQUENCE_NUMBER' && stored[from]?.dynamodb?.SequenceNumber === at;
      return iteratorOf(isAfter ? from + 1 : from);
    },
    page(iterator, hasEnded) {
      if (hasEnded) throw Object.assign(new Error('it has ended'), { name: 'ExpiredIteratorException' });
      const [from = 0, isEmpty] = iterator.split(' ').map(Number);
      if (isEmpty === 1) return { Records: [], NextShardIterator: `${from} 0` };
      const page = stored.slice(from, from + PAGE);
      const isEnd = holds !== undefined && from + PAGE >= stored.length;
      return { Records: page, ...(isEnd ? {} : { NextShardIterator: iteratorOf(from + PAGE) }) };
    },
  };
}

/** Each comes with an empty page first. */
const iteratorOf = (from: number) => `${from} 1`;

/** As GetRecords gives it: with a Date, and without what Lambda adds. */
function asStored(record: Record<string, unknown>): StreamsRecord {
  const { eventSourceARN: _, dynamodb, ...rest } = record;
  const { ApproximateCreationDateTime: seconds, ...body } = dynamodb as Record<string, unknown>;
  return {
    ...rest,
    dynamodb: { ...body, ApproximateCreationDateTime: new Date(Number(seconds) * 1000) },
  } as StreamsRecord;
}
