/** How a stream is read: shards, iterators, pages, and what is refused (Streams API reference). */
import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamsRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { readShard } from '../../../local/streams/shard-reader.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { readRange } from '../../../operator/dead-letters/read-range.ts';
import { outcomeOf, type Rule } from '../rule.ts';
import {
  allRecords,
  iteratorAt,
  onlyShard,
  recordsFrom,
  streamedTable,
  type Table,
  type Tables,
} from './tables.ts';

async function filled(tables: Tables, count: number): Promise<Table> {
  const table = await streamedTable(tables);
  for (let v = 0; v < count; v++) await table.put({ id: { S: 'a' }, v: { N: String(v) } });
  return table;
}

const valuesOf = (records: readonly StreamsRecord[]) =>
  records.map(({ dynamodb }) => Number(dynamodb?.NewImage?.['v']?.N));

async function numbersOf(tables: Tables, table: Table): Promise<string[]> {
  return (await allRecords(tables, table)).map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '');
}

async function switchOff({ client }: Tables, { name }: Table): Promise<void> {
  await client.send(
    new UpdateTableCommand({ TableName: name, StreamSpecification: { StreamEnabled: false } }),
  );
}

export const shardRules: readonly Rule<Tables>[] = [
  {
    title: 'a stream describes itself, its table’s keys, and an open shard from its first number on',
    aws: {
      status: 'ENABLED',
      view: 'NEW_AND_OLD_IMAGES',
      keys: [{ AttributeName: 'id', KeyType: 'HASH' }],
      isOpen: true,
      begins: true,
    },
    differs: {
      dynoxide: {
        instead: {
          status: 'ENABLED',
          view: 'NEW_AND_OLD_IMAGES',
          keys: undefined,
          isOpen: false,
          begins: true,
        },
        harmless:
          'readers go on as long as a page names the next, whatever the description says; who needs the open shards takes all where none is open; nothing reads the stream’s key schema',
        shownBy: [
          'local/streams/stream-poller.test.ts',
          'empty pages are passed over until there is something',
        ],
      },
    },
    async observe(tables) {
      const table = await filled(tables, 1);
      const { StreamDescription: stream } = await tables.streams.send(
        new DescribeStreamCommand({ StreamArn: table.streamArn }),
      );
      const [first = ''] = await numbersOf(tables, table);
      const range = stream?.Shards?.[0]?.SequenceNumberRange;
      return {
        status: stream?.StreamStatus,
        view: stream?.StreamViewType,
        keys: stream?.KeySchema,
        isOpen: range?.EndingSequenceNumber === undefined,
        begins: BigInt(range?.StartingSequenceNumber ?? first) <= BigInt(first),
      };
    },
  },
  {
    title: 'a description that begins behind the last shard has none, and names no other page',
    aws: [[], undefined],
    differs: {
      dynoxide: {
        instead: [['the last shard'], undefined],
        harmless:
          'it has one shard for each stream and names no other page, so nobody asks for what comes behind',
        shownBy: ['local/streams/stream-shards.test.ts', 'every page of a description is asked for'],
      },
    },
    async observe(tables) {
      const { streamArn } = await filled(tables, 1);
      const { StreamDescription: stream } = await tables.streams.send(
        new DescribeStreamCommand({
          StreamArn: streamArn,
          ExclusiveStartShardId: await onlyShard(tables.streams, streamArn),
        }),
      );
      return [stream?.Shards?.map(() => 'the last shard'), stream?.LastEvaluatedShardId];
    },
  },
  {
    title: 'a stream or a shard that is not there is a ResourceNotFoundException',
    aws: ['ResourceNotFoundException', 'ResourceNotFoundException'],
    differs: {
      dynoxide: {
        instead: ['done', 'done'],
        harmless:
          'it looks at the table’s name alone; what a lost stream means is tested on scripted answers',
        shownBy: ['operator/dead-letters/read-range.test.ts', 'what does not pass is out of reach'],
      },
    },
    async observe(tables) {
      const { streamArn } = await filled(tables, 1);
      const never = streamArn.replace(/\/stream\/.*$/, '/stream/2020-01-01T00:00:00.000');
      return [
        await outcomeOf(tables.streams.send(new DescribeStreamCommand({ StreamArn: never }))),
        await outcomeOf(
          tables.streams.send(
            new GetShardIteratorCommand({
              StreamArn: streamArn,
              ShardId: 'shardId-00000000000000000000-00000000',
              ShardIteratorType: 'TRIM_HORIZON',
            }),
          ),
        ),
      ];
    },
  },
  {
    title: 'a stream that is switched off stays readable, its shard ended',
    aws: ['DISABLED', [0, 1, 2], 'closed'],
    differs: {
      dynoxide: {
        instead: 'ResourceNotFoundException',
        harmless:
          'it forgets a stream that is switched off; that a shard ends is tested on scripted answers, and on DynamoDB Local by this rule',
        shownBy: [
          'operator/dead-letters/read-range.test.ts',
          'a shard that ends with the last record is complete',
        ],
      },
    },
    async observe(tables) {
      const table = await filled(tables, 3);
      const { streams } = tables;
      const shardId = await onlyShard(streams, table.streamArn);
      await switchOff(tables, table);
      const described = await streams
        .send(new DescribeStreamCommand({ StreamArn: table.streamArn }))
        .catch((error: Error) => error.name);
      if (typeof described === 'string') return described;
      const read: StreamsRecord[] = [];
      const clock = new VirtualClock();
      const ending = new AbortController();
      let emptyPages = 0;
      const end = await Promise.race([
        readShard({
          client: streams,
          clock,
          streamArn: table.streamArn,
          shardId,
          signal: ending.signal,
          onPage: async (records) => {
            read.push(...records);
            emptyPages += records.length === 0 ? 1 : 0;
            if (emptyPages > 2) ending.abort();
            void clock.advance(1_000);
          },
          warn: () => {},
          mostFailures: 1,
        }),
      ]);
      return [described.StreamDescription?.StreamStatus, valuesOf(read), end];
    },
  },
];

export const iteratorRules: readonly Rule<Tables>[] = [
  {
    title: 'TRIM_HORIZON begins with the oldest record, AT a number with its record, AFTER it with the next',
    aws: [
      [0, 1, 2, 3],
      [1, 2, 3],
      [2, 3],
    ],
    async observe(tables) {
      const table = await filled(tables, 4);
      const numbers = await numbersOf(tables, table);
      const from = async (type: 'TRIM_HORIZON' | 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER') => {
        const iterator = await iteratorAt(tables, {
          StreamArn: table.streamArn,
          ShardIteratorType: type,
          ...(type === 'TRIM_HORIZON' ? {} : { SequenceNumber: numbers[1] }),
        });
        return valuesOf(await recordsFrom(tables, iterator));
      };
      return [
        await from('TRIM_HORIZON'),
        await from('AT_SEQUENCE_NUMBER'),
        await from('AFTER_SEQUENCE_NUMBER'),
      ];
    },
  },
  {
    title: 'LATEST begins behind what is there, and sees all that comes',
    aws: [[], [9]],
    async observe(tables) {
      const table = await filled(tables, 2);
      const iterator = await iteratorAt(tables, {
        StreamArn: table.streamArn,
        ShardIteratorType: 'LATEST',
      });
      const first = await tables.streams.send(new GetRecordsCommand({ ShardIterator: iterator }));
      await table.put({ id: { S: 'a' }, v: { N: '9' } });
      return [valuesOf(first.Records ?? []), valuesOf(await recordsFrom(tables, first.NextShardIterator))];
    },
  },
  {
    title: 'an open shard’s end is an empty page that leads on',
    aws: [[0], [], [7]],
    async observe(tables) {
      const table = await filled(tables, 1);
      const pages: number[][] = [];
      let iterator = await iteratorAt(tables, {
        StreamArn: table.streamArn,
        ShardIteratorType: 'TRIM_HORIZON',
      });
      for (let page = 0; page < 3; page++) {
        if (page === 2) await table.put({ id: { S: 'a' }, v: { N: '7' } });
        const answer = await tables.streams.send(new GetRecordsCommand({ ShardIterator: iterator }));
        pages.push(valuesOf(answer.Records ?? []));
        iterator = answer.NextShardIterator;
      }
      return pages;
    },
  },
  {
    title: 'a page has as many records as were asked for at most, and the next goes on behind it',
    aws: [
      [0, 1],
      [0, 1, 2, 3, 4],
    ],
    async observe(tables) {
      const table = await filled(tables, 5);
      const place = { StreamArn: table.streamArn, ShardIteratorType: 'TRIM_HORIZON' as const };
      const first = await tables.streams.send(
        new GetRecordsCommand({ ShardIterator: await iteratorAt(tables, place), Limit: 2 }),
      );
      const all = await recordsFrom(tables, await iteratorAt(tables, place), 2);
      return [valuesOf(first.Records ?? []), valuesOf(all)];
    },
  },
  {
    title: 'an iterator that is used again gives the same page again',
    aws: [
      [0, 1],
      [0, 1],
    ],
    async observe(tables) {
      const table = await filled(tables, 2);
      const iterator = await iteratorAt(tables, {
        StreamArn: table.streamArn,
        ShardIteratorType: 'TRIM_HORIZON',
      });
      const read = async () =>
        valuesOf(
          (await tables.streams.send(new GetRecordsCommand({ ShardIterator: iterator }))).Records ?? [],
        );
      return [await read(), await read()];
    },
  },
  {
    title: 'a page of a thousand records can be asked for, and none of more',
    aws: ['done', 'ValidationException'],
    differs: {
      dynoxide: {
        instead: ['done', 'done'],
        harmless: 'every reader here asks for a thousand at most, or does not say',
      },
    },
    async observe(tables) {
      const table = await filled(tables, 1);
      const ask = async (limit: number) => {
        const place = { StreamArn: table.streamArn, ShardIteratorType: 'TRIM_HORIZON' as const };
        const ShardIterator = await iteratorAt(tables, place);
        return outcomeOf(tables.streams.send(new GetRecordsCommand({ ShardIterator, Limit: limit })));
      };
      return [await ask(1000), await ask(1001)];
    },
  },
  {
    title: 'what is no iterator is refused, and so is a place AT a number without the number',
    aws: ['ValidationException', 'ValidationException'],
    differs: {
      dynoxide: {
        instead: ['ValidationException', 'done'],
        harmless: 'the types of the readers here leave no place AT or AFTER without its number',
      },
    },
    async observe(tables) {
      const { streamArn } = await filled(tables, 1);
      return [
        await outcomeOf(tables.streams.send(new GetRecordsCommand({ ShardIterator: 'no iterator' }))),
        await outcomeOf(
          iteratorAt(tables, { StreamArn: streamArn, ShardIteratorType: 'AT_SEQUENCE_NUMBER' }),
        ),
      ];
    },
  },
  {
    title: 'the records from one number to another are read, both ends with them, and no others',
    aws: [{ kind: 'complete' }, [1, 2, 3]],
    async observe(tables) {
      const table = await filled(tables, 5);
      const numbers = await numbersOf(tables, table);
      const read: StreamsRecord[] = [];
      const end = await readRange({
        client: tables.streams,
        clock: new VirtualClock(),
        random: () => 0,
        signal: new AbortController().signal,
        streamArn: table.streamArn,
        shardId: await onlyShard(tables.streams, table.streamArn),
        start: numbers[1] ?? '',
        end: numbers[3] ?? '',
        onRecords: (records) => {
          read.push(...records);
          return true;
        },
      });
      return [end, valuesOf(read)];
    },
  },
];
