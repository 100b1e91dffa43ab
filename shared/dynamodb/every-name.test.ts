import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, GetRecordsCommand } from '@aws-sdk/client-dynamodb-streams';
import { afterEach, expect, test } from 'vitest';
import { decodeImage } from '../stream/attribute-value.ts';
import { toEventRecord } from '../stream/event-record.ts';
import { readingEveryName } from './every-name.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** @returns settings of a client that gets this answer, whatever it asks */
async function answering(body: string) {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
}

const ITEM = `{"id":{"S":"{\\"__proto__\\": 1}"}, "__proto__" : {"M":{"__proto__":{"B":"AP8="},"a\\"__proto__":{"N":"1"}}},"words":{"SS":["टमाटर","__proto__"]},"long":{"S":"${'x'.repeat(300_000)}"},"end":{"S":"__proto__"}}`;
const DECODED = `{"id":"{\\"__proto__\\": 1}","words":["टमाटर","__proto__"],"long":"${'x'.repeat(300_000)}","end":"__proto__","__proto__":{"a\\"__proto__":1,"__proto__":"AP8="}}`;

test('an item with an attribute __proto__ is read as it is, in maps too', async () => {
  const client = readingEveryName(new DynamoDBClient(await answering(`{"Item":${ITEM}}`)));
  const { Item: item } = await client.send(new GetItemCommand({ TableName: 't', Key: { id: { S: 'a' } } }));
  expect(JSON.stringify(decodeImage(item)) === DECODED).toBe(true);
  expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
});

test('a record of a stream, too', async () => {
  const body = `{"Records":[{"eventID":"e","dynamodb":{"NewImage":${ITEM}}}],"NextShardIterator":"i"}`;
  const client = readingEveryName(new DynamoDBStreamsClient(await answering(body)));
  const { Records: [record] = [] } = await client.send(new GetRecordsCommand({ ShardIterator: 'i' }));
  if (record === undefined) throw new Error('no record');
  const { dynamodb } = toEventRecord(record, 'arn') as { dynamodb: { NewImage: unknown } };
  expect(JSON.stringify(decodeImage(dynamodb.NewImage)) === DECODED).toBe(true);
});

test('an item of plain names is read as ever', async () => {
  const client = readingEveryName(new DynamoDBClient(await answering('{"Item":{"id":{"S":"a"}}}')));
  const { Item: item } = await client.send(new GetItemCommand({ TableName: 't', Key: { id: { S: 'a' } } }));
  expect(item).toEqual({ id: { S: 'a' } });
});

test('an empty answer stays empty', async () => {
  const client = readingEveryName(new DynamoDBClient(await answering('{}')));
  const { Item: item } = await client.send(new GetItemCommand({ TableName: 't', Key: { id: { S: 'a' } } }));
  expect(item).toBeUndefined();
});

test('no client of ours is without it', () => {
  const root = join(import.meta.dirname, '../..');
  const sources = globSync('{processors,shared,operator,local}/**/*.ts', { cwd: root }).filter(
    (file) => !/(\.test\.ts$|\/test-|\/testing\.ts$)/.test(file),
  );
  const clients = sources.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(\w*)\(?\s*new DynamoDB(Streams)?Client\(/g)].map(
      ([, wrapper]) => ({ file, wrapper }),
    ),
  );
  expect(clients.length).toBeGreaterThan(8);
  expect(clients.filter(({ wrapper }) => wrapper !== 'readingEveryName')).toEqual([]);
});
