/** Which shards a stream has, however many answers that takes (DynamoDB API reference, "DescribeStream": at most 100 in one). */
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';

export interface ShardPage {
  readonly shards: readonly Shard[];
  /** Of the stream, e.g. `ENABLED` or `DISABLED`. */
  readonly status: string | undefined;
}

type StreamsClient = Pick<DynamoDBStreamsClient, 'send'>;

/** @throws what the service refuses; what came before is the caller's to keep */
export async function* shardPages(
  client: StreamsClient,
  streamArn: string,
  signal: AbortSignal,
): AsyncGenerator<ShardPage, void, void> {
  let from: string | undefined;
  do {
    const { StreamDescription: stream } = await client.send(
      new DescribeStreamCommand({ StreamArn: streamArn, ExclusiveStartShardId: from }),
      { abortSignal: signal },
    );
    yield { shards: stream?.Shards ?? [], status: stream?.StreamStatus };
    from = stream?.LastEvaluatedShardId;
  } while (from !== undefined);
}

export async function listShards(
  client: StreamsClient,
  streamArn: string,
  signal: AbortSignal,
): Promise<readonly Shard[]> {
  const shards: Shard[] = [];
  for await (const page of shardPages(client, streamArn, signal)) shards.push(...page.shards);
  return shards;
}
