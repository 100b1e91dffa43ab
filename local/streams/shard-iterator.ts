/** Where the reading of a shard begins, or goes on: after the last record that was read, which works also when an iterator expired. */
import { type DynamoDBStreamsClient, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';

export interface ShardPlace {
  readonly client: Pick<DynamoDBStreamsClient, 'send'>;
  readonly streamArn: string;
  readonly shardId: string;
  readonly signal: AbortSignal;
}

/**
 * @param after sequence number of the last record that needs no reading
 * @param from where it begins without one
 * @returns undefined where the service gives none
 * @throws what it refuses (DynamoDB API reference, "GetShardIterator")
 */
export async function shardIterator(
  { client, streamArn, shardId, signal }: ShardPlace,
  after: string | undefined,
  from: 'TRIM_HORIZON' | 'LATEST' = 'TRIM_HORIZON',
): Promise<string | undefined> {
  const { ShardIterator: iterator } = await client.send(
    new GetShardIteratorCommand({
      StreamArn: streamArn,
      ShardId: shardId,
      ...(after === undefined
        ? { ShardIteratorType: from }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after }),
    }),
    { abortSignal: signal },
  );
  return iterator;
}
