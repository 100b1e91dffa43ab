/** The record that holds a shard up is found in the stream by asking the processor, in order, on a real stream and through a real door. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DynamoDbEngine, startDynoxide } from '../../local/engines/dynamodb.ts';
import { compileFilters } from '../../local/event-source-mapping/index.ts';
import { type Gateway, startGateway } from '../../local/gateway/gateway.ts';
import type { VerdictKind } from '../../shared/stream/verdict.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { embeddedDynamoDb } from '../../test/support/idempotency-table.ts';
import { recordFacts } from '../dead-letters/record-facts.ts';
import { openDoor } from '../redrive/door.ts';
import { type ShardScanOptions, scanShard } from './scan-shard.ts';

const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-scan-'));
const signal = new AbortController().signal;
let engine: DynamoDbEngine;
let gateway: Gateway;
let verdicts: Record<string, VerdictKind> = {};
let asked: string[] = [];
let options: Omit<ShardScanOptions, 'onPlanned'>;

beforeAll(async () => {
  if (!embeddedDynamoDb) return;
  engine = await startDynoxide({
    system: 'test',
    file: join(folder, 'db.sqlite'),
    port: 0,
    clock: systemClock,
  });
  const settings = {
    region: engine.region,
    endpoint: engine.endpoint,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  const dynamodb = new DynamoDBClient(settings);
  const { TableDescription: table } = await dynamodb.send(
    new CreateTableCommand({
      TableName: 'things',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  for (const id of ['a', 'b', 'c', 'd'])
    await dynamodb.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: id } } }));
  gateway = await startGateway({
    clock: systemClock,
    invoke: async (_, payload) => planned(payload),
    warn: () => {},
  });
  const streams = new DynamoDBStreamsClient(settings);
  const streamArn = table?.LatestStreamArn ?? '';
  const { StreamDescription: stream } = await streams.send(
    new DescribeStreamCommand({ StreamArn: streamArn }),
  );
  options = {
    client: streams,
    door: openDoor({
      id: 'test',
      lambda: new LambdaClient({ ...settings, endpoint: gateway.url }),
      clock: systemClock,
      random: () => 0.5,
      signal,
    }),
    functionName: 'things',
    filter: { kind: 'none' },
    streamArn,
    shardId: stream?.Shards?.[0]?.ShardId ?? '',
    sinceMs: undefined,
    limit: 100,
    clock: { now: () => systemClock.now(), after: (_ms, fn) => systemClock.after(0, fn) },
    signal,
  };
});
afterAll(async () => {
  await gateway?.close();
  await engine?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface PlanRequest {
  readonly redrive: { readonly id: string };
  readonly Records: readonly {
    readonly eventID: string;
    readonly dynamodb: {
      readonly SequenceNumber: string;
      readonly Keys: { readonly id: { readonly S: string } };
    };
  }[];
}

/** As a processor's marked door answers when it is asked for a plan. */
function planned(payload: string) {
  const request = JSON.parse(payload) as PlanRequest;
  const plan = request.Records.map(({ dynamodb, eventID }) => {
    const id = dynamodb.Keys.id.S;
    asked.push(id);
    const verdict = verdicts[id] ?? 'already-applied';
    return {
      eventId: eventID,
      sequenceNumber: dynamodb.SequenceNumber,
      verdict,
      ...(verdict === 'ignored' ? { rule: 'unknown-row' } : {}),
      ...(verdict === 'unresolvable' ? { failure: { code: 'INVALID' }, passing: false } : {}),
    };
  });
  return { kind: 'returned', payload: { redrive: { id: request.redrive.id }, plan } } as const;
}

async function scan(given: Record<string, VerdictKind>, changes: Partial<ShardScanOptions> = {}) {
  verdicts = given;
  asked = [];
  const found = await scanShard({ ...options, onPlanned: () => {}, ...changes });
  return found.kind === 'pending'
    ? { key: recordFacts(found.record).key, verdict: found.verdict.kind }
    : found;
}

test.runIf(embeddedDynamoDb)(
  'the first record whose effect is missing is it, whatever comes after',
  async () => {
    expect(await scan({ b: 'apply', c: 'unresolvable' })).toEqual({ key: 'id=b', verdict: 'apply' });
    expect(await scan({ a: 'superseded', b: 'ignored', c: 'unresolvable', d: 'apply' })).toEqual({
      key: 'id=c',
      verdict: 'unresolvable',
    });
  },
);

test.runIf(embeddedDynamoDb)('a shard whose records all have their effect is settled', async () => {
  expect(await scan({ a: 'gone' })).toEqual({ kind: 'settled', planned: 4 });
});

test.runIf(embeddedDynamoDb)('what the filter holds back is not asked about', async () => {
  const passes = compileFilters(['{"dynamodb":{"Keys":{"id":{"S":["a","d"]}}}}']) ?? (() => true);
  expect(await scan({ b: 'apply' }, { filter: { kind: 'filter', passes } })).toEqual({
    kind: 'settled',
    planned: 2,
  });
  expect(asked).toEqual(['a', 'd']);
});

test.runIf(embeddedDynamoDb)('records from before are passed over', async () => {
  const tomorrow = systemClock.now() + 86_400_000;
  expect(await scan({ a: 'apply' }, { sinceMs: tomorrow })).toEqual({ kind: 'settled', planned: 0 });
});

test.runIf(embeddedDynamoDb)('it is left at the limit', async () => {
  expect(await scan({}, { limit: 2 })).toEqual({ kind: 'limit', planned: 4 });
});

test.runIf(embeddedDynamoDb)('a stream that cannot be read is said to be so', async () => {
  const streamArn = options.streamArn.replace('table/things/', 'table/nothing/');
  expect(await scan({}, { streamArn })).toMatchObject({ kind: 'unreadable' });
});
