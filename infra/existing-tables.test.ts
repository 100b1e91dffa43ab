/** A stage attached to tables that are there: it makes none of them, and refuses at synthesis what would fail later. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DynamoDbEngine, startDynoxide } from '../local/engines/dynamodb.ts';
import { systemClock } from '../shared/time/clock.ts';
import { lookUp } from './look-up.ts';
import { existingTableFacts, factsFile, writeTableFacts } from './settings/existing-tables.ts';
import type { TableFacts } from './settings/table-facts.ts';
import { checkStage } from './stage-schema.ts';
import { type Stage, stageOf } from './stages.ts';
import { ekBharathTables } from './tables/ek-bharath.ts';
import { resources, templatesOf } from './testing.ts';

const dev = stageOf('dev');
const PRODUCTS = ekBharathTables.products.name;
const SESSIONS = ekBharathTables.userSessions.name;
const BIDS = ekBharathTables.bids.name;

const arnOf = (name: string) => `arn:aws:dynamodb:ap-south-1:111122223333:table/${name}`;

const products: TableFacts = {
  arn: arnOf(PRODUCTS),
  stream: { arn: `${arnOf(PRODUCTS)}/stream/2026-01-01T00:00:00.000`, viewType: 'NEW_AND_OLD_IMAGES' },
  key: ['PK', 'SK'],
  indexes: {},
};
const sessions: TableFacts = {
  arn: arnOf(SESSIONS),
  key: ['PK', 'SK'],
  indexes: { UserIndex: { key: ['user_id', 'last_activity'], projection: 'ALL' } },
  ttl: 'ttl',
};

function attachedTo(tableFacts: Record<string, TableFacts>, more: Partial<Stage> = {}): Stage {
  return { ...dev, tables: { existing: Object.keys(tableFacts) }, tableFacts, ...more };
}

const synthesized = (stage: Stage) => templatesOf(stage).ekBharath;

describe('attached to products and sessions', () => {
  const template = synthesized(attachedTo({ [PRODUCTS]: products, [SESSIONS]: sessions }));

  test('these tables are not in the template, and the others are', () => {
    const made = Object.values(resources(template, 'AWS::DynamoDB::Table')).map(
      (t) => t.Properties['TableName'],
    );
    expect(made).toHaveLength(5);
    expect(made).not.toContain(PRODUCTS);
    expect(made).not.toContain(SESSIONS);
  });

  test('the processor reads the stream that is there, and the outputs say where tables are', () => {
    const mappings = Object.values(resources(template, 'AWS::Lambda::EventSourceMapping'));
    expect(mappings.map(({ Properties }) => Properties['EventSourceArn'])).toContain(products.stream?.arn);
    const outputs = template.toJSON()['Outputs'];
    expect(outputs['ProductsTableName'].Value).toBe(PRODUCTS);
    expect(outputs['ProductsTableStreamArn'].Value).toBe(products.stream?.arn);
  });

  test('rights name the tables that are there, and no right changes a table', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).toContain(`"${sessions.arn}/index/UserIndex"`);
    expect(text).not.toMatch(/dynamodb:(Create|Update|Delete)Table/);
  });
});

test.each<[string, TableFacts, string]>([
  [
    'a stream that is off',
    { ...products, stream: undefined } as TableFacts,
    'its stream is off; switch it on (aws dynamodb update-table',
  ],
  [
    'a stream without both images',
    { ...products, stream: { arn: `${products.arn}/stream/x`, viewType: 'NEW_IMAGE' } },
    'its stream has NEW_IMAGE, and processors need NEW_AND_OLD_IMAGES',
  ],
  ['another key', { ...products, key: ['productId'] }, 'its key is productId, and processors go by PK, SK'],
  ['half of its key', { ...products, key: ['PK'] }, 'its key is PK, and processors go by PK, SK'],
  [
    'a key that is a number',
    { ...products, key: ['PK', 'SK:N'] },
    'its key is PK, SK:N, and processors go by PK, SK',
  ],
  ["another table's ARN", { ...products, arn: arnOf('orders') }, 'its ARN is that of another table'],
  [
    'the ARN of a table whose name ends alike',
    { ...products, arn: arnOf(`old-${PRODUCTS}`) },
    'its ARN is that of another table',
  ],
  [
    'the stream of a table whose name begins alike',
    { ...products, stream: { arn: `${arnOf(PRODUCTS)}-old/stream/x`, viewType: 'NEW_AND_OLD_IMAGES' } },
    'its stream is that of another table',
  ],
  [
    "another table's stream",
    { ...products, stream: { arn: `${arnOf('orders')}/stream/x`, viewType: 'NEW_AND_OLD_IMAGES' } },
    'its stream is that of another table',
  ],
])('%s fails the synthesis in one line that names the table', (_what, facts, said) => {
  expect(() => synthesized(attachedTo({ [PRODUCTS]: facts }))).toThrow(`table ${PRODUCTS}: ${said}`);
});

test.each<[string, Partial<TableFacts>, string]>([
  [
    'a missing index',
    { indexes: {} },
    'it has no index UserIndex (user_id, last_activity), which a processor reads',
  ],
  [
    'an index with another key',
    { indexes: { UserIndex: { key: ['user_id'], projection: 'ALL' } } },
    'its index UserIndex has the key user_id',
  ],
  [
    'an index without the items',
    { indexes: { UserIndex: { key: ['user_id', 'last_activity'], projection: 'KEYS_ONLY' } } },
    'its index UserIndex holds KEYS_ONLY',
  ],
  [
    'an index with some of the attributes',
    { indexes: { UserIndex: { key: ['user_id', 'last_activity'], projection: 'INCLUDE' } } },
    'its index UserIndex holds INCLUDE',
  ],
  ['rows that go by another time', { ttl: 'expires' }, 'items expire by expires, and processors write ttl'],
  ['rows that never go', { ttl: undefined }, 'items expire by nothing, and processors write ttl'],
])('%s fails the synthesis where a processor needs it', (_what, facts, said) => {
  const changed = { ...sessions, ...facts } as TableFacts;
  expect(() => synthesized(attachedTo({ [SESSIONS]: changed }))).toThrow(`table ${SESSIONS}: ${said}`);
});

test('an index that nobody reads may be missing', () => {
  expect(() => synthesized(attachedTo({ [PRODUCTS]: { ...products, indexes: {} } }))).not.toThrow();
});

test('without facts the way to them is named', () => {
  expect(() => synthesized({ ...dev, tables: { existing: [PRODUCTS] } })).toThrow(
    `table ${PRODUCTS}: it exists already, and nothing is known of it; run npm run synth -- --stage dev --look-up`,
  );
});

test('where people would be told again, a start is required: for these processors and for no others', () => {
  expect(() => checkStage({ ...dev, tables: 'existing' })).toThrow(
    /notBefore.bids: is required.*notBefore.conversations: is required.*notBefore.bookings: is required/,
  );
  expect(() => checkStage({ ...dev, tables: { existing: [BIDS] } })).toThrow(/notBefore.bids/);
  expect(() => checkStage({ ...dev, tables: { existing: [PRODUCTS] } })).not.toThrow();
  expect(() =>
    checkStage({ ...dev, tables: { existing: [BIDS] }, notBefore: { bids: '2026-03-17T00:00:00Z' } }),
  ).not.toThrow();
});

test('a stage is known by the facts that were looked up for it, unless it gives its own', () => {
  const asked: string[] = [];
  const lookedUp = (stage: string) => {
    asked.push(stage);
    return { [PRODUCTS]: products };
  };
  expect(stageOf('staging', lookedUp).tableFacts).toEqual({ [PRODUCTS]: products });
  expect(asked).toEqual(['staging']);
  expect(() => stageOf('dev', () => ({ [PRODUCTS]: { ...products, key: [] } }))).toThrow('tableFacts');
});

test('a table may be called otherwise, and is looked for under that name', () => {
  const name = 'mandi-products';
  const facts = {
    ...products,
    arn: arnOf(name),
    stream: { arn: `${arnOf(name)}/stream/x`, viewType: 'NEW_AND_OLD_IMAGES' },
  };
  const stage = attachedTo({ [PRODUCTS]: facts as TableFacts }, { tableNames: { [PRODUCTS]: name } });
  expect(synthesized(stage).toJSON()['Outputs']['ProductsTableName'].Value).toBe(name);
});

describe('looking up', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-look-up-'));
  let engine: DynamoDbEngine;
  let client: DynamoDBClient;

  beforeAll(async () => {
    engine = await startDynoxide({
      system: 'look-up',
      file: join(folder, 'db'),
      port: 0,
      clock: systemClock,
    });
    client = new DynamoDBClient({
      endpoint: engine.endpoint,
      region: engine.region,
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    });
    const text = (name: string) => ({ AttributeName: name, AttributeType: 'S' }) as const;
    await client.send(
      new CreateTableCommand({
        TableName: SESSIONS,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          text('PK'),
          text('SK'),
          text('user_id'),
          { AttributeName: 'last_activity', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' },
          { AttributeName: 'SK', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'UserIndex',
            KeySchema: [
              { AttributeName: 'user_id', KeyType: 'HASH' },
              { AttributeName: 'last_activity', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: SESSIONS,
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      }),
    );
  });

  afterAll(async () => {
    client.destroy();
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('finds key, indexes, stream and time to live, and what was written is read again', async () => {
    const facts = await lookUp({ ...dev, tables: { existing: [SESSIONS] } }, client);
    expect(facts[SESSIONS]).toMatchObject({
      stream: { viewType: 'NEW_IMAGE' },
      key: ['PK', 'SK'],
      indexes: { UserIndex: { key: ['user_id', 'last_activity:N'], projection: 'ALL' } },
      ttl: 'ttl',
    });
    writeTableFacts('dev', facts, folder);
    expect(existingTableFacts('dev', folder)).toEqual(facts);
    expect(existingTableFacts('prod', folder)).toBeUndefined();
    const before = readFileSync(factsFile('dev', folder), 'utf8');
    const backwards = Object.fromEntries(
      Object.entries(facts[SESSIONS] ?? {}).reverse(),
    ) as unknown as TableFacts;
    writeTableFacts('dev', { [SESSIONS]: backwards }, folder);
    expect(readFileSync(factsFile('dev', folder), 'utf8')).toBe(before);
    writeFileSync(factsFile('dev', folder), '{');
    expect(() => existingTableFacts('dev', folder)).toThrow('infra/existing/dev.json is no JSON');
  });

  test('a table that is not there is named, with the ways out', async () => {
    await expect(lookUp({ ...dev, tables: { existing: [PRODUCTS] } }, client)).rejects.toThrow(
      `table ${PRODUCTS}: is not in this account and region`,
    );
  });

  test('a stage that makes its tables has nothing to look up', async () => {
    await expect(lookUp(dev, client)).rejects.toThrow(
      "stage dev makes its own tables; set tables: 'existing'",
    );
  });
});
