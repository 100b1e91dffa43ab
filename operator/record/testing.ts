/** A stream in memory for the tests of this folder: shards answer page after page, and then with empty ones. */
import type { DynamoDBStreamsClient, Shard } from '@aws-sdk/client-dynamodb-streams';

/** Record numbers, an error's name, or what happens to the stream before the next page is served. */
export type Page = readonly number[] | string;

export interface FakeShard {
  readonly parent?: string;
  readonly pages: Page[];
  /** Closed: it ends after its pages. */
  readonly closed?: boolean;
  /** An end that it is listed with, though it is open, as emulators do. */
  readonly endsAt?: number;
  /** Listed only from this many listings on. */
  readonly listedFrom?: number;
}

export interface FakeStream {
  readonly client: Pick<DynamoDBStreamsClient, 'send'>;
  /** `shard TYPE[ after]`, for every iterator that was asked for. */
  readonly iterators: readonly string[];
  /** How often GetRecords was called, by shard, with the time of the call. */
  readonly requests: readonly { readonly shardId: string; readonly atMs: number }[];
}

/** Record `n` was created in second `n`. */
export function fakeStream(
  shards: Readonly<Record<string, FakeShard>>,
  now: () => number,
  status = 'ENABLED',
): FakeStream {
  const iterators: string[] = [];
  const requests: { shardId: string; atMs: number }[] = [];
  let listings = 0;
  const shardOf = new Map<string, string>();
  const answer = async (name: string, input: Record<string, string>) => {
    switch (name) {
      case 'DescribeStreamCommand': {
        const listed = Object.entries(shards).filter(([, { listedFrom = 0 }]) => listings >= listedFrom);
        listings++;
        return { StreamDescription: { StreamStatus: status, Shards: listed.map(shardFacts) } };
      }
      case 'GetShardIteratorCommand': {
        const { ShardId: shardId = '', ShardIteratorType: type, SequenceNumber: after } = input;
        iterators.push([shardId, type, after].filter(Boolean).join(' '));
        shardOf.set(`it-${iterators.length}`, shardId);
        return { ShardIterator: `it-${iterators.length}` };
      }
      default: {
        const iterator = input['ShardIterator'] ?? '';
        const shardId = shardOf.get(iterator) ?? '';
        requests.push({ shardId, atMs: now() });
        const shard = shards[shardId];
        const page = shard?.pages.shift() ?? [];
        if (typeof page === 'string') throw Object.assign(new Error('refused'), { name: page });
        const ends = shard?.closed === true && shard.pages.length === 0;
        return { Records: page.map(streamsRecord), ...(ends ? {} : { NextShardIterator: iterator }) };
      }
    }
  };
  const send = (command: {
    readonly constructor: { readonly name: string };
    readonly input: Record<string, string>;
  }) => answer(command.constructor.name, command.input);
  return { client: { send } as unknown as DynamoDBStreamsClient, iterators, requests };
}

function shardFacts([ShardId, { parent, closed, pages, endsAt }]: readonly [string, FakeShard]): Shard {
  const last = pages.flatMap((page) => (typeof page === 'string' ? [] : page)).at(-1) ?? 0;
  return {
    ShardId,
    ...(parent === undefined ? {} : { ParentShardId: parent }),
    SequenceNumberRange: {
      StartingSequenceNumber: '0',
      ...(closed === true || endsAt !== undefined ? { EndingSequenceNumber: String(endsAt ?? last) } : {}),
    },
  };
}

export function streamsRecord(n: number) {
  return {
    eventID: `event-${n}`,
    eventName: 'INSERT' as const,
    dynamodb: {
      SequenceNumber: String(n),
      ApproximateCreationDateTime: new Date(n * 1000),
      Keys: { id: { S: `item-${n}` } },
      NewImage: { id: { S: `item-${n}` } },
    },
  };
}
