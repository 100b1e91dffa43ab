/** Dead letters of every form and age, as they come about: made by the functions where those make them, else as Lambda would. */
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { image, type Plain } from '../../fixtures/generate/image.ts';
import { readFixture } from '../../fixtures/read.ts';
import { toSdkImage } from '../../fixtures/sdk-image.ts';
import { envelope, givenUp, payloadOf } from '../../operator/dead-letters/testing.ts';
import type { ProcessorFacts, System } from '../../operator/system/system.ts';
import { toEventRecord } from '../../shared/stream/event-record.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { until } from './until.ts';

/** Products in a round, the poison first. */
const WRITTEN = 7;

const BOOKINGS = join(import.meta.dirname, '../../fixtures/bookings/insert.jsonl');

/**
 * Writes products p1 and p2 and a bid on p1 besides. Returns when all letters are there.
 *
 * @param round tells apart what is written in each
 * @returns the text of a pointer
 */
export async function fillQueues(system: System, round: string): Promise<string> {
  const [products, bids, bookings] = (['products', 'bids', 'bookings'] as const).map((name) =>
    processorOf(system, name),
  );
  if (!products || !bids || !bookings) throw new Error('no such processors');
  const before = new Map<ProcessorFacts, number>();
  for (const one of [products, bids, bookings]) before.set(one, await lettersOf(system, one));
  const product = (id: string, status: string) =>
    put(system, products, {
      PK: `PRODUCT#${id}`,
      SK: 'DETAILS',
      status,
      title: { english: `Tomato ${round}` },
    });
  const bid = (id: string, attributes: { readonly [name: string]: Plain }) =>
    put(system, bids, {
      PK: 'PRODUCT#p1',
      SK: `BID#${id}`,
      status: 'pending',
      amount: 3,
      buyer_id: 'b1',
      ...attributes,
    });
  // More that are good than that are not: an index of the others would not come into use.
  for (const id of ['a', 'b']) await product(`eaten-${round}-${id}`, 'eaten');
  for (const id of ['a', 'b', 'c']) await product(`good-${round}-${id}`, 'active');
  for (const id of ['p1', 'p2']) await product(id, 'active');
  await bid(`good-${round}`, { vendor_id: 'v1' });
  for (const id of ['a', 'b']) await bid(`nobodys-${round}-${id}`, {});

  const batch = await lastRecords(system, products, 2);
  await system.clients.s3.send(
    new PutObjectCommand({
      Bucket: products.failureBucket,
      Key: `aws/lambda/${products.mappings[0]?.id}/${batch.info.shardId}/2026/01/01/batch-${round}`,
      Body: JSON.stringify(givenUp({ ...batch, payload: payloadOf(batch.records) })),
    }),
  );
  const pointer = JSON.stringify(givenUp(batch));
  await send(system, products, pointer);
  // Poison that is almost forgotten, and a mail that SES refused.
  const [oldest] = (await lastRecords(system, products, WRITTEN)).records;
  await send(system, products, letterOf(products, oldest, 'INVALID_PRODUCT', daysAgo(13.5)));
  for await (const record of readFixture(BOOKINGS)) {
    const own = { ...record, eventSourceARN: bookings.mappings[0]?.streamArn };
    await send(system, bookings, letterOf(bookings, own, 'MAIL_REFUSED', daysAgo(0.1)));
    break;
  }
  const expected = [
    [products, 5],
    [bids, 2],
    [bookings, 1],
  ] as const;
  for (const [one, many] of expected)
    await until(async () => (await lettersOf(system, one)) === (before.get(one) ?? 0) + many);
  return pointer;
}

const daysAgo = (days: number) => new Date(systemClock.now() - days * 86_400_000).toISOString();

function letterOf(
  { name, mappings }: ProcessorFacts,
  record: unknown,
  code: string,
  failedAt: string,
): string {
  const streamArn = mappings[0]?.streamArn ?? '';
  return JSON.stringify(envelope({ processor: name, streamArn, failedAt, error: { code }, record }));
}

async function send(system: System, { queueUrl }: ProcessorFacts, text: string): Promise<void> {
  await system.clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: text }));
}

const processorOf = (system: System, name: string) => system.processors.find((one) => one.name === name);

async function put(system: System, { mappings }: ProcessorFacts, item: { readonly [name: string]: Plain }) {
  const table = mappings[0]?.table ?? '';
  const Item = toSdkImage(image(item), 'item');
  await system.clients.dynamodb(table).send(new PutItemCommand({ TableName: table, Item }));
}

/** As a mapping gives them up just now. */
async function lastRecords(system: System, { functionName, mappings }: ProcessorFacts, many: number) {
  const { table = '', streamArn = '' } = mappings[0] ?? {};
  const streams = system.clients.streams(table);
  const { StreamDescription: stream } = await streams.send(
    new DescribeStreamCommand({ StreamArn: streamArn }),
  );
  const shardId = stream?.Shards?.at(-1)?.ShardId ?? '';
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({
      StreamArn: streamArn,
      ShardId: shardId,
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  const { Records: all = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
  const last = all.slice(-many);
  const now = new Date(systemClock.now()).toISOString();
  return {
    records: last.map((record) => toEventRecord(record, streamArn)),
    functionArn: `arn:aws:lambda:${system.region}:${system.accountId}:function:${functionName}`,
    timestamp: now,
    info: {
      shardId,
      streamArn,
      startSequenceNumber: last[0]?.dynamodb?.SequenceNumber,
      endSequenceNumber: last.at(-1)?.dynamodb?.SequenceNumber,
      batchSize: last.length,
      approximateArrivalOfFirstRecord: now,
      approximateArrivalOfLastRecord: now,
    },
  };
}

async function lettersOf(system: System, { queueUrl }: ProcessorFacts): Promise<number> {
  const {
    Attributes: { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: held } = {},
  } = await system.clients.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Number(visible) + Number(held);
}
