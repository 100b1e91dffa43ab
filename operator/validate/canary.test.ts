/** A canary is written only where it is ignored, is gone afterwards, and is read when the mapping is done with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DynamoDbEngine, startDynoxide } from '../../local/engines/dynamodb.ts';
import { type Gateway, startGateway } from '../../local/gateway/gateway.ts';
import type { MappingStatus, RunningMapping } from '../../local/streams/running-mapping.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { embeddedDynamoDb } from '../../test/support/idempotency-table.ts';
import type { ChosenMapping } from '../mappings/choose.ts';
import { localClients } from '../system/clients.ts';
import type { Clients, System } from '../system/system.ts';
import { sendCanary } from './canary.ts';

const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-canary-'));
let engine: DynamoDbEngine;
let gateway: Gateway;
let clients: Clients;
let streamArn = '';
/** What the function decides of everything, and how far the mapping is. */
let decision: 'ignored' | 'effect' | 'ignored-at-first' = 'ignored';
let checkpoint = '999';

const mapping: RunningMapping = {
  functionName: 'things',
  configuration: () => ({ UUID: 'id', State: 'Enabled' }),
  setEnabled: () => true,
  status: () =>
    ({ id: 'id', checkpoints: { [`shardId-00000001-things`]: checkpoint } }) as unknown as MappingStatus,
  observe: () => {},
};

beforeAll(async () => {
  if (!embeddedDynamoDb) return;
  engine = await startDynoxide({
    system: 'test',
    file: join(folder, 'db.sqlite'),
    port: 0,
    clock: systemClock,
  });
  gateway = await startGateway({
    clock: systemClock,
    invoke: async (_, payload) => described(payload),
    mappings: () => [mapping],
    warn: () => {},
  });
  clients = localClients({
    region: engine.region,
    gateway: gateway.url,
    sqs: gateway.url,
    s3: gateway.url,
    dynamodb: () => engine.endpoint,
  });
  const { TableDescription: table } = await clients.dynamodb('things').send(
    new CreateTableCommand({
      TableName: 'things',
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  streamArn = table?.LatestStreamArn ?? '';
});
afterAll(async () => {
  await gateway?.close();
  await engine?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  decision = 'ignored';
  checkpoint = '999';
});

/** As a processor's marked door answers when it is asked what records mean. */
function described(payload: string) {
  const request = JSON.parse(payload) as {
    redrive: { id: string };
    Records: { eventID: string; dynamodb: { SequenceNumber: string } }[];
  };
  const decisions = request.Records.map(({ dynamodb, eventID }, index) => {
    const isIgnored = decision === 'ignored' || (decision === 'ignored-at-first' && index === 0);
    return {
      eventId: eventID,
      sequenceNumber: dynamodb.SequenceNumber,
      ...(isIgnored ? { decision: 'ignored', rule: 'canary' } : { decision: 'effect', key: 'k', effect: {} }),
    };
  });
  return { kind: 'returned', payload: { redrive: { id: request.redrive.id }, decisions } } as const;
}

/** Pauses are short, and count as long as they were to be. */
function hurriedClock() {
  let aheadMs = 0;
  return {
    now: () => systemClock.now() + aheadMs,
    after(ms: number, fn: () => void) {
      aheadMs += ms;
      return systemClock.after(5, fn);
    },
  };
}

const send = () =>
  sendCanary(
    {
      title: 'things',
      processor: { name: 'things', functionName: 'things' },
      mapping: { id: 'id', word: '', table: 'things', streamArn },
    } as unknown as ChosenMapping,
    {
      system: { clients, gatewayUrl: gateway.url } as unknown as System,
      clock: hurriedClock(),
      random: () => 0.5,
      signal: new AbortController().signal,
    },
  );

async function left(): Promise<number> {
  const { Items: items = [] } = await clients
    .dynamodb('things')
    .send(new ScanCommand({ TableName: 'things' }));
  return items.length;
}

test.runIf(embeddedDynamoDb)('a canary that the mapping is done with was read, and is gone', async () => {
  expect(await send()).toMatchObject({ mapping: 'things', result: 'read' });
  expect(await left()).toBe(0);
});

test.runIf(embeddedDynamoDb).each(['effect', 'ignored-at-first'] as const)(
  'where the function would do something about it or its deletion, none is written: %s',
  async (deployed) => {
    decision = deployed;
    expect(await send()).toMatchObject({ result: 'refused' });
    expect(await left()).toBe(0);
  },
);

test.runIf(embeddedDynamoDb)('a mapping that does not get so far has not read it', async () => {
  checkpoint = '0';
  expect(await send()).toMatchObject({ result: 'not-read' });
});
