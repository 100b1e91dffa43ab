/** Looking up against answers that an embedded engine does not give: streams and times to live in between, keys in any order, refusals. */
import type { DynamoDBClient, TableDescription, TimeToLiveStatus } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { lookUp } from './look-up.ts';
import { type Stage, stageOf } from './stages.ts';
import { ekBharathTables } from './tables/ek-bharath.ts';

const dev = stageOf('dev');
const PRODUCTS = ekBharathTables.products.name;
const SESSIONS = ekBharathTables.userSessions.name;

const arnOf = (name: string) => `arn:aws:dynamodb:ap-south-1:111122223333:table/${name}`;

interface Answers {
  readonly table?: (name: string) => TableDescription;
  readonly ttl?: { readonly TimeToLiveStatus?: TimeToLiveStatus; readonly AttributeName?: string };
  readonly fails?: Error;
}

/** DynamoDB with the tables that are asked for; `asked` are their names. */
function dynamoDb({ table = () => ({}), ttl = {}, fails }: Answers = {}) {
  const asked: string[] = [];
  const send = async (command: { constructor: { name: string }; input: { TableName: string } }) => {
    const { TableName: name } = command.input;
    if (fails !== undefined) throw fails;
    if (command.constructor.name === 'DescribeTimeToLiveCommand') return { TimeToLiveDescription: ttl };
    asked.push(name);
    return {
      Table: {
        TableArn: arnOf(name),
        AttributeDefinitions: [
          { AttributeName: 'PK', AttributeType: 'S' },
          { AttributeName: 'SK', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' },
          { AttributeName: 'SK', KeyType: 'RANGE' },
        ],
        ...table(name),
      },
    };
  };
  return { client: { send } as unknown as DynamoDBClient, asked };
}

const attached = (...names: string[]): Stage => ({ ...dev, tables: { existing: names } });
const factsOf = async (answers: Answers) =>
  (await lookUp(attached(PRODUCTS), dynamoDb(answers).client))[PRODUCTS];

test('every existing table is asked for by its name in the stage, and noted under its name in settings', async () => {
  const { client, asked } = dynamoDb();
  const stage: Stage = {
    ...attached(PRODUCTS, SESSIONS),
    tablePrefix: 'old-',
    tableNames: { [SESSIONS]: 'people' },
  };
  const facts = await lookUp(stage, client);
  expect(asked.sort()).toEqual([`old-${PRODUCTS}`, 'people'].sort());
  expect(Object.keys(facts).sort()).toEqual([PRODUCTS, SESSIONS].sort());
  expect(facts[SESSIONS]?.arn).toBe(arnOf('people'));
});

test.each<[TimeToLiveStatus | undefined, string | undefined]>([
  ['ENABLED', 'ttl'],
  ['ENABLING', 'ttl'],
  ['DISABLING', undefined],
  ['DISABLED', undefined],
  [undefined, undefined],
])('with time to live %s items expire by %s', async (status, expected) => {
  const ttl: NonNullable<Answers['ttl']> =
    status === undefined ? {} : { TimeToLiveStatus: status, AttributeName: 'ttl' };
  expect((await factsOf({ ttl }))?.ttl).toBe(expected);
});

test('a stream that was switched off is none, although DynamoDB still names it', async () => {
  const LatestStreamArn = `${arnOf(PRODUCTS)}/stream/2026-01-01T00:00:00.000`;
  const withStream = (StreamSpecification: TableDescription['StreamSpecification'] | undefined) =>
    factsOf({ table: () => ({ LatestStreamArn, ...(StreamSpecification && { StreamSpecification }) }) });
  expect(await withStream(undefined)).not.toHaveProperty('stream');
  expect(await withStream({ StreamEnabled: false, StreamViewType: 'NEW_IMAGE' })).not.toHaveProperty(
    'stream',
  );
  expect(await withStream({ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' })).toMatchObject({
    stream: { arn: LatestStreamArn, viewType: 'NEW_AND_OLD_IMAGES' },
  });
});

test('keys have their partition first and their kinds with them, of the table and of each index', async () => {
  const facts = await factsOf({
    table: () => ({
      AttributeDefinitions: [
        { AttributeName: 'at', AttributeType: 'N' },
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'hash', AttributeType: 'B' },
      ],
      KeySchema: [
        { AttributeName: 'at', KeyType: 'RANGE' },
        { AttributeName: 'id', KeyType: 'HASH' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-hash',
          KeySchema: [{ AttributeName: 'hash', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'by-time',
          KeySchema: [
            { AttributeName: 'at', KeyType: 'HASH' },
            { AttributeName: 'id', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['title'] },
        },
      ],
    }),
  });
  expect(facts).toMatchObject({
    key: ['id', 'at:N'],
    indexes: {
      'by-hash': { key: ['hash:B'], projection: 'KEYS_ONLY' },
      'by-time': { key: ['at:N', 'id'], projection: 'INCLUDE' },
    },
  });
});

test('what may not be asked is said of its table, and is not taken for a table that is not there', async () => {
  const fails = Object.assign(new Error('not authorized to perform dynamodb:DescribeTable'), {
    name: 'AccessDeniedException',
  });
  await expect(factsOf({ fails })).rejects.toThrow(
    `table ${PRODUCTS}: not authorized to perform dynamodb:DescribeTable`,
  );
});

test('an answer from which a table cannot be known is said of that table, in one line', async () => {
  const odd = { TableArn: 'arn:aws:dynamodb:here:1:table/x', KeySchema: [] };
  await expect(factsOf({ table: () => odd })).rejects.toThrow(
    new RegExp(`^table ${PRODUCTS}: arn: must be the ARN of a table; key: .*$`),
  );
});
