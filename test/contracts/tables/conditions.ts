/** Writes under a condition: claims, sessions and locks stand on them (developer guide, "Condition expressions"). */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { sessionTable } from '../../../processors/connections/session-table.ts';
import { dynamodbSessions, sessionOf } from '../../../shared/notifications/sessions.ts';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import { outcomeOf, type Rule } from '../rule.ts';
import { plainTable, sessionsTable, type Tables } from './tables.ts';

const { signal } = new AbortController();
const CONNECTION = {
  id: 'c1',
  userId: 'u1',
  connectedAtMs: 0,
  tokenExpiresAtMs: 3_600_000,
  userAgent: undefined,
};

export const conditionRules: readonly Rule<Tables>[] = [
  {
    title: 'a put whose condition is not met changes nothing',
    aws: ['ConditionalCheckFailedException', { id: { S: 'a' }, by: { S: 'first' } }],
    async observe(tables) {
      const table = await plainTable(tables);
      await table.put({ id: { S: 'a' }, by: { S: 'first' } });
      const put = new PutItemCommand({
        TableName: table.name,
        Item: { id: { S: 'a' }, by: { S: 'second' } },
        ConditionExpression: 'attribute_not_exists(id)',
      });
      return [await outcomeOf(tables.client.send(put)), await table.get({ id: { S: 'a' } })];
    },
  },
  {
    title: 'with ALL_OLD, a put whose condition is not met hands over the item that it met',
    aws: { id: { S: 'a' }, by: { S: 'first' }, n: { N: '1' } },
    async observe(tables) {
      const table = await plainTable(tables);
      await table.put({ id: { S: 'a' }, by: { S: 'first' }, n: { N: '1' } });
      const put = new PutItemCommand({
        TableName: table.name,
        Item: { id: { S: 'a' } },
        ConditionExpression: 'attribute_not_exists(id)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return tables.client.send(put).catch((error: unknown) => {
        if (error instanceof ConditionalCheckFailedException) return error.Item;
        throw error;
      });
    },
  },
  {
    title: 'a condition that compares with an attribute that is not there is not met',
    aws: 'ConditionalCheckFailedException',
    async observe(tables) {
      const table = await plainTable(tables);
      await table.put({ id: { S: 'a' } });
      const remove = new DeleteItemCommand({
        TableName: table.name,
        Key: { id: { S: 'a' } },
        ConditionExpression: '#v = :v',
        ExpressionAttributeNames: { '#v': 'version' },
        ExpressionAttributeValues: { ':v': { N: '1' } },
      });
      return outcomeOf(tables.client.send(remove));
    },
  },
  {
    title: 'numbers are compared as numbers, texts by their bytes, and never one with the other',
    aws: ['done', 'ConditionalCheckFailedException', 'done', 'ConditionalCheckFailedException'],
    async observe(tables) {
      const table = await plainTable(tables);
      await table.put({ id: { S: 'a' }, n: { N: '10' }, s: { S: 'é' } });
      const touch = (condition: string, value: { N: string } | { S: string }) =>
        outcomeOf(
          tables.client.send(
            new UpdateItemCommand({
              TableName: table.name,
              Key: { id: { S: 'a' } },
              UpdateExpression: 'SET seen = :value',
              ConditionExpression: condition,
              ExpressionAttributeValues: { ':value': value },
            }),
          ),
        );
      return [
        await touch('n > :value', { N: '9' }),
        await touch('n = :value', { S: '10' }),
        // UTF-8 puts é behind z, and behind every ASCII character.
        await touch('s > :value', { S: 'z' }),
        await touch('n < :value', { N: '10.0' }),
      ];
    },
  },
  {
    title: 'an update that must meet its item makes none where there is none',
    aws: ['missing', undefined],
    async observe(tables) {
      const table = await sessionsTable(tables);
      const touched = await sessionTable(tables.client, table.name).touch(CONNECTION, 1_000);
      return [touched, await table.get({ PK: { S: 'SESSION#c1' }, SK: { S: 'USER#u1' } })];
    },
  },
  {
    title: 'an update hands over what its attributes were before, and nothing of those that were not there',
    aws: ['first', 'again'],
    async observe(tables) {
      const table = await sessionsTable(tables);
      await table.put({ PK: { S: 'SESSION#c1' }, SK: { S: 'USER#u1' }, last_activity: { S: 'x' } });
      const sessions = sessionTable(tables.client, table.name);
      return [await sessions.touch(CONNECTION, 1_000), await sessions.touch(CONNECTION, 2_000)];
    },
  },
  {
    title: 'an update leaves the attributes alone that it does not name',
    aws: { id: { S: 'a' }, kept: { L: [{ BOOL: true }] }, n: { N: '2' } },
    async observe(tables) {
      const table = await plainTable(tables);
      await table.put({ id: { S: 'a' }, kept: { L: [{ BOOL: true }] }, n: { N: '1' } });
      await tables.client.send(
        new UpdateItemCommand({
          TableName: table.name,
          Key: { id: { S: 'a' } },
          UpdateExpression: 'SET n = :n',
          ExpressionAttributeValues: { ':n': { N: '2' } },
        }),
      );
      return table.get({ id: { S: 'a' } });
    },
  },
  {
    title: 'a session that was active since it was read is not removed; one that was not, is',
    aws: [true, false],
    async observe(tables) {
      const table = await sessionsTable(tables);
      const key = { PK: { S: 'SESSION#c1' }, SK: { S: 'USER#u1' } };
      const row = { ...key, user_id: { S: 'u1' }, last_activity: { S: '2026-01-01T00:00:00.000Z' } };
      await table.put({ ...row, last_activity: { S: '2026-01-01T00:00:01.000Z' } });
      const session = sessionOf(decodeImage(row));
      if (session === undefined) throw new Error('the row is no session');
      const sessions = dynamodbSessions(tables.client, table.name);
      const isThere = async () => (await table.get(key)) !== undefined;
      await sessions.remove(session, signal);
      const survived = await isThere();
      await table.put(row);
      await sessions.remove(session, signal);
      return [survived, await isThere()];
    },
  },
  {
    title: 'what is not there is deleted without an error',
    aws: 'done',
    async observe(tables) {
      const table = await plainTable(tables);
      return outcomeOf(
        tables.client.send(new DeleteItemCommand({ TableName: table.name, Key: { id: { S: 'a' } } })),
      );
    },
  },
  {
    title: 'a put replaces the whole item',
    aws: { id: { S: 'a' }, new: { BOOL: true } },
    async observe(tables) {
      const table = await plainTable(tables);
      await table.put({ id: { S: 'a' }, old: { BOOL: true } });
      await table.put({ id: { S: 'a' }, new: { BOOL: true } });
      return table.get({ id: { S: 'a' } });
    },
  },
];

/** What AWS refuses must not pass here, or code would work on this machine and nowhere else. */
const expressions: readonly {
  readonly title: string;
  readonly condition: string;
  readonly names?: Record<string, string>;
  readonly values?: Record<string, { S: string }>;
}[] = [
  { title: 'a reserved word that is not behind a placeholder', condition: 'attribute_not_exists(ttl)' },
  {
    title: 'a name behind a placeholder that is not used',
    condition: 'attribute_not_exists(id)',
    names: { '#unused': 'x' },
  },
  {
    title: 'a value behind a placeholder that is not used',
    condition: 'attribute_not_exists(id)',
    values: { ':unused': { S: 'x' } },
  },
  { title: 'a placeholder without a value', condition: 'id = :missing' },
  { title: 'a placeholder without a name', condition: 'attribute_not_exists(#missing)' },
  { title: 'what is no expression', condition: 'id ==' },
];

export const expressionRules: readonly Rule<Tables>[] = expressions.map(
  ({ title, condition, names, values }) => ({
    title: `${title} is refused`,
    aws: 'ValidationException',
    async observe(tables) {
      const table = await plainTable(tables);
      return outcomeOf(
        tables.client.send(
          new PutItemCommand({
            TableName: table.name,
            Item: { id: { S: 'a' } },
            ConditionExpression: condition,
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: values,
          }),
        ),
      );
    },
  }),
);
