/** A stream in memory for the tests of this folder, and a reading of it: shards answer page after page, and then with empty ones. */
import type { DynamoDBStreamsClient, Shard } from '@aws-sdk/client-dynamodb-streams';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { readStream } from './read-stream.ts';
import type { Start } from './start.ts';

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

export interface StreamOptions {
  readonly status?: string | undefined;
  /** Shards in one answer; by default all. */
  readonly shardsPerPage?: number | undefined;
  /** Errors of DescribeStream, by the number of the request from 0. */
  readonly describeFails?: Readonly<Record<number, string>> | undefined;
}

/** Record `n` was created in second `n`. */
export function fakeStream(
  shards: Readonly<Record<string, FakeShard>>,
  now: () => number,
  { status = 'ENABLED', shardsPerPage = 100, describeFails = {} }: StreamOptions = {},
): FakeStream {
  const iterators: string[] = [];
  const requests: { shardId: string; atMs: number }[] = [];
  let listings = 0;
  let described = 0;
  const shardOf = new Map<string, string>();
  const answer = async (name: string, input: Record<string, string>) => {
    switch (name) {
      case 'DescribeStreamCommand': {
        const error = describeFails[described++];
        if (error !== undefined) throw Object.assign(new Error('refused'), { name: error });
        const listed = Object.entries(shards).filter(([, { listedFrom = 0 }]) => listings >= listedFrom);
        const from = listed.findIndex(([shardId]) => shardId === input['ExclusiveStartShardId']) + 1;
        const page = listed.slice(from, from + shardsPerPage);
        const last = from + page.length < listed.length ? page.at(-1)?.[0] : undefined;
        if (last === undefined) listings++;
        return {
          StreamDescription: {
            StreamStatus: status,
            Shards: page.map(shardFacts),
            LastEvaluatedShardId: last,
          },
        };
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

export interface ReadOptions extends StreamOptions {
  readonly start?: Start;
  readonly untilS?: number;
  readonly limit?: number;
  readonly nowS?: number;
  /** Stops after so many records. */
  readonly stopAfter?: number;
  /** Done with each page before it is taken. */
  readonly onTake?: (numbers: readonly number[]) => Promise<void> | void;
}

/** Reads a stream as a recording does, on a virtual clock, and says what came of it. */
export async function read(shards: Readonly<Record<string, FakeShard>>, options: ReadOptions = {}) {
  const { start = { kind: 'horizon' }, nowS = 1_000, untilS, limit, onTake } = options;
  const clock = new VirtualClock(nowS * 1000);
  const stream = fakeStream(shards, () => clock.now(), options);
  const stopping = new AbortController();
  const numbers: number[] = [];
  const gaps: string[] = [];
  const warnings: string[] = [];
  const result = await clock.runUntil(
    readStream({
      client: stream.client,
      clock,
      random: () => 0.5,
      streamArn: 'arn:aws:dynamodb:here:000000000000:table/orders/stream/1',
      signal: stopping.signal,
      warn: (line) => warnings.push(line),
      gap: (line) => gaps.push(line),
      window: { start, untilMs: untilS === undefined ? undefined : untilS * 1000, limit },
      take: async (records) => {
        const page = records.map(({ dynamodb }) => Number(dynamodb?.SequenceNumber));
        await onTake?.(page);
        numbers.push(...page);
        if (numbers.length >= (options.stopAfter ?? Number.POSITIVE_INFINITY)) stopping.abort();
      },
    }),
  );
  return { ...stream, ...result, numbers, gaps, warnings, nowMs: clock.now() };
}
