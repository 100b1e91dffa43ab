import { DescribeStreamCommand } from '@aws-sdk/client-dynamodb-streams';
import { expect, test } from 'vitest';
import { listShards } from './stream-shards.ts';

test('every page of a description is asked for, each from where the one before ended', async () => {
  const asked: (string | undefined)[] = [];
  const pages = [['s1', 's2'], [], ['s3']];
  const client = {
    send: async (command: unknown) => {
      if (!(command instanceof DescribeStreamCommand)) throw new Error('another command');
      asked.push(command.input.ExclusiveStartShardId);
      const page = asked.length;
      return {
        StreamDescription: {
          Shards: pages[page - 1]?.map((ShardId) => ({ ShardId })),
          ...(page === pages.length ? {} : { LastEvaluatedShardId: `end of ${page}` }),
        },
      };
    },
  };
  const shards = await listShards(client as never, 'arn', new AbortController().signal);
  expect(shards.map(({ ShardId: id }) => id)).toEqual(['s1', 's2', 's3']);
  expect(asked).toEqual([undefined, 'end of 1', 'end of 2']);
});
