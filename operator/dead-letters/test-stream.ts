/** Streams for tests: a table's on an embedded engine, and one that answers what a test writes down, over the real protocol. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { toSdkImage } from '../../fixtures/sdk-image.ts';
import { startDynoxide } from '../../local/engines/dynamodb.ts';
import { toEventRecord } from '../../shared/stream/event-record.ts';
import { systemClock } from '../../shared/time/clock.ts';

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface TestStream {
  readonly client: DynamoDBStreamsClient;
  readonly streamArn: string;
  readonly shardId: string;
  /** `id` and `kind` as text, and some bytes. */
  put(id: string, kind: string): Promise<void>;
  delete(id: string): Promise<void>;
  /** All there is, as Lambda delivers it. */
  records(): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** Linux x64 only. */
export async function startTestStream(): Promise<TestStream> {
  const folder = await mkdtemp(join(tmpdir(), 'streamkeeper-stream-'));
  const engine = await startDynoxide({
    system: 'orders',
    file: join(folder, 'db'),
    port: 0,
    clock: systemClock,
  });
  const settings = { endpoint: engine.endpoint, region: engine.region, credentials: CREDENTIALS };
  const table = new DynamoDBClient(settings);
  const client = new DynamoDBStreamsClient(settings);
  const { TableDescription: made } = await table.send(
    new CreateTableCommand({
      TableName: 'orders',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  const streamArn = made?.LatestStreamArn ?? '';
  const { StreamDescription: stream } = await client.send(
    new DescribeStreamCommand({ StreamArn: streamArn }),
  );
  const shardId = stream?.Shards?.[0]?.ShardId ?? '';
  return {
    client,
    streamArn,
    shardId,
    async put(id, kind) {
      const image = { id: { S: id }, kind: { S: kind }, bytes: { B: 'AQID' } };
      await table.send(new PutItemCommand({ TableName: 'orders', Item: toSdkImage(image, 'item') }));
    },
    async delete(id) {
      await table.send(new DeleteItemCommand({ TableName: 'orders', Key: { id: { S: id } } }));
    },
    async records() {
      const { ShardIterator: iterator } = await client.send(
        new GetShardIteratorCommand({
          StreamArn: streamArn,
          ShardId: shardId,
          ShardIteratorType: 'TRIM_HORIZON',
        }),
      );
      const { Records: records = [] } = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      return records.map((record) => toEventRecord(record, streamArn));
    },
    async stop() {
      table.destroy();
      client.destroy();
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What is answered to a GetRecords: a page, or an error by its name. */
export type Answer =
  | { readonly numbers: readonly string[]; readonly closed?: true }
  | { readonly error: string }
  /** To the request for an iterator instead. */
  | { readonly iteratorError: string };

export interface ScriptedStream {
  readonly client: DynamoDBStreamsClient;
  /** `AT 1`, `AFTER 5`, `records`: what was asked for. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** The last answer is repeated for ever. */
export async function startScriptedStream(answers: readonly Answer[]): Promise<ScriptedStream> {
  const asked: string[] = [];
  let at = 0;
  const next = () => answers[Math.min(at, answers.length - 1)];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const answer = next();
    const asksIterator = String(request.headers['x-amz-target']).endsWith('GetShardIterator');
    const input = JSON.parse(text);
    asked.push(
      asksIterator
        ? `${String(input.ShardIteratorType).replace('_SEQUENCE_NUMBER', '')} ${input.SequenceNumber}`
        : 'records',
    );
    if (asksIterator && answer !== undefined && !('iteratorError' in answer))
      return send(200, { ShardIterator: 'i' });
    at++;
    if (answer === undefined || 'iteratorError' in answer || 'error' in answer) {
      const name = answer === undefined ? 'none' : 'error' in answer ? answer.error : answer.iteratorError;
      return send(400, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'as scripted' });
    }
    return send(200, {
      Records: answer.numbers.map((number) => ({
        eventID: `e${number}`,
        eventName: 'INSERT',
        dynamodb: { Keys: { id: { S: number } }, SequenceNumber: number },
      })),
      ...(answer.closed === true ? {} : { NextShardIterator: 'i' }),
    });

    function send(status: number, body: object): void {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Its own retries take real time; how often to try is the reader's to say.
  const client = new DynamoDBStreamsClient({
    endpoint,
    region: 'us-east-1',
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  return {
    client,
    asked,
    async stop() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
