/** Recordings of an embedded DynamoDB's streams. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readFixture } from '../../fixtures/read.ts';
import { type DynamoDbEngine, startDynoxide } from '../../local/engines/dynamodb.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { embeddedDynamoDb } from '../../test/support/market-tables.ts';
import { createRedactor } from '../redaction/redact.ts';
import { record } from './record.ts';
import type { Window } from './start.ts';

let folder: string;
const file = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamkeeper-record-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const silent = { write: () => true, isTTY: false } as unknown as NodeJS.WriteStream;
const fromStart = (limit?: number): Window => ({ start: { kind: 'horizon' }, untilMs: undefined, limit });

describe.runIf(embeddedDynamoDb)('a recording of a table', () => {
  let engine: DynamoDbEngine;
  let home: string;
  let dynamodb: DynamoDBClient;
  let streams: DynamoDBStreamsClient;
  let table: { readonly name: string; readonly streamArn: string; readonly readers: number };

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'streamkeeper-record-engine-'));
    engine = await startDynoxide({ system: 'orders', file: join(home, 'db'), port: 0, clock: systemClock });
    const settings = {
      endpoint: engine.endpoint,
      region: engine.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    dynamodb = new DynamoDBClient(settings);
    streams = new DynamoDBStreamsClient(settings);
    const { TableDescription: made } = await dynamodb.send(
      new CreateTableCommand({
        TableName: 'orders',
        KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
    table = { name: 'orders', streamArn: made?.LatestStreamArn ?? '', readers: 0 };
    for (let n = 1; n <= 20; n++) {
      const Item = {
        PK: { S: `ORDER#${n % 4}` },
        n: { N: `${n}` },
        buyer: { S: 'Ramesh Kumar' },
        raw: { B: Buffer.of(n) },
      };
      await dynamodb.send(new PutItemCommand({ TableName: 'orders', Item }));
    }
    await dynamodb.send(new DeleteItemCommand({ TableName: 'orders', Key: { PK: { S: 'ORDER#0' } } }));
  });
  afterAll(async () => {
    dynamodb.destroy();
    streams.destroy();
    await engine.stop();
    await rm(home, { recursive: true, force: true });
  });

  const recording = (path: string, window: Window, signal = new AbortController().signal) =>
    record({
      client: streams,
      clock: systemClock,
      random: () => 0.5,
      signal,
      table,
      window,
      path,
      force: false,
      redact: (one) => one,
      err: silent,
    });

  it.each(['orders.jsonl', 'orders.jsonl.gz'])('is a fixture: %s', async (name) => {
    const result = await recording(file(name), fromStart(21));
    expect(result).toMatchObject({ end: 'limit', records: 21, gaps: 0, file: file(name) });
    const records = await Array.fromAsync(readFixture(file(name)));
    expect(records).toHaveLength(21);
    expect(records[0]).toMatchObject({
      eventName: 'INSERT',
      eventSourceARN: table.streamArn,
      dynamodb: { NewImage: { PK: { S: 'ORDER#1' }, raw: { B: 'AQ==' } } },
    });
    expect(records.at(-1)).toMatchObject({ eventName: 'REMOVE', dynamodb: { OldImage: { n: { N: '20' } } } });
    const ofOne = records.filter(({ dynamodb: body }) => body?.Keys?.['PK']?.S === 'ORDER#1');
    expect(ofOne.map(({ dynamodb: body }) => body?.NewImage?.['n']?.N)).toEqual(['1', '5', '9', '13', '17']);
    expect((await stat(file(name))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([name]);
  });

  it('holds what was recorded until it was stopped', async () => {
    const stopping = new AbortController();
    stopping.abort();
    expect(await recording(file('none.jsonl'), fromStart(), stopping.signal)).toMatchObject({
      end: 'stopped',
      file: undefined,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('says when the sequence number that it begins with is not there', async () => {
    const window: Window = { start: { kind: 'sequence', from: 0n }, untilMs: undefined, limit: 1 };
    expect(await recording(file('orders.jsonl'), window)).toMatchObject({ records: 1, gaps: 1 });
  });

  it('has nothing of its people left when it is redacted', async () => {
    const redactor = createRedactor();
    await record({
      client: streams,
      clock: systemClock,
      random: () => 0.5,
      signal: new AbortController().signal,
      table,
      window: fromStart(21),
      path: file('redacted.jsonl'),
      force: false,
      redact: (one) => redactor.redact(one),
      err: silent,
    });
    const records = await Array.fromAsync(readFixture(file('redacted.jsonl')));
    expect(JSON.stringify(records)).not.toContain('Ramesh');
    expect(new Set(records.map(({ dynamodb: body }) => body?.Keys?.['PK']?.S)).size).toBe(4);
  });

  it('says what is wrong when there is no such stream', async () => {
    table = { ...table, streamArn: table.streamArn.replace('orders', 'nothing') };
    await expect(recording(file('orders.jsonl'), fromStart())).rejects.toThrow(/stream/);
    expect(await readdir(folder)).toEqual([]);
  });
});
