/** Many items in one request: each on its own in PartiQL's batches, all or none refused elsewhere (API reference, "Batch…"). */
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
} from '@aws-sdk/client-dynamodb';
import { itemReader } from '../../../shared/dynamodb/read-items.ts';
import { dynamodbInbox, inboxRow } from '../../../shared/notifications/inbox.ts';
import { dynamodbSessions } from '../../../shared/notifications/sessions.ts';
import { answerOf, outcomeOf, type Rule } from '../rule.ts';
import { plainTable, sessionsTable, type Table, type Tables } from './tables.ts';

const { signal } = new AbortController();

const row = (recipient: string, eventId: string) =>
  inboxRow(
    {
      processor: 'conversations',
      eventId,
      eventMs: 1_767_225_600_000,
      recipient,
      notification: {
        type: 'message_read',
        chatId: `it's a "chat"?`,
        messageId: 'm1',
        readerId: 'u9',
        readAt: null,
      },
    },
    1_767_225_600_000,
  );

const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ id: { S: `i${index}` } }));

export const statementRules: readonly Rule<Tables>[] = [
  {
    title: 'an insert of what is there is refused as a duplicate, and its neighbours are stored',
    aws: [['stored'], ['existed', 'stored', 'stored']],
    async observe(tables) {
      const inbox = dynamodbInbox(tables.client, (await sessionsTable(tables)).name);
      return [
        await inbox.put([row('u1', 'e1')], signal),
        await inbox.put([row('u1', 'e1'), row('u2', 'e1'), row('u1', 'e2')], signal),
      ];
    },
  },
  {
    title: 'a statement’s parameters are stored as they are, maps and quotes in them too',
    aws: {
      type: { S: 'message_read' },
      chatId: { S: `it's a "chat"?` },
      messageId: { S: 'm1' },
      readerId: { S: 'u9' },
      readAt: { NULL: true },
    },
    async observe(tables) {
      const table = await sessionsTable(tables);
      const one = row('u1', 'e1');
      await dynamodbInbox(tables.client, table.name).put([one], signal);
      return (await table.get({ PK: { S: one.PK }, SK: { S: one.SK } }))?.['notification']?.M;
    },
  },
  {
    title: 'a batch of 25 statements is carried out, one of 26 is refused',
    aws: ['done', 'ValidationException'],
    async observe(tables) {
      const table = await plainTable(tables);
      const inserts = (count: number) =>
        outcomeOf(
          tables.client.send(
            new BatchExecuteStatementCommand({
              Statements: ids(count).map(({ id }) => ({
                Statement: `INSERT INTO "${table.name}" VALUE {'id': ?}`,
                Parameters: [id],
              })),
            }),
          ),
        );
      return [await inserts(25), await inserts(26)];
    },
  },
  {
    title: 'statements for one item in one batch are refused together',
    aws: ['ValidationException', undefined],
    differs: {
      'DynamoDB Local': {
        instead: ['ValidationException', { id: { S: 'a' } }],
        harmless: 'it writes the first of them and refuses then; no batch of ours names an item twice',
        shownBy: ['shared/idempotency/coalesce.test.ts', 'never names a key twice in a request'],
      },
    },
    async observe(tables) {
      const table = await plainTable(tables);
      const insert = {
        Statement: `INSERT INTO "${table.name}" VALUE {'id': ?}`,
        Parameters: [{ S: 'a' }],
      };
      const answer = await answerOf(
        tables.client.send(new BatchExecuteStatementCommand({ Statements: [insert, insert] })),
      );
      const item = await table.get({ id: { S: 'a' } });
      if (typeof answer === 'string') return [answer, item];
      return [answer.Responses?.map(({ Error: error }) => error?.Code ?? 'done'), item];
    },
  },
  {
    title: 'an item that is too large refuses its own statement only',
    aws: ['ValidationError', 'done'],
    async observe(tables) {
      const table = await plainTable(tables);
      const insert = (id: string, text: string) => ({
        Statement: `INSERT INTO "${table.name}" VALUE {'id': ?, 'text': ?}`,
        Parameters: [{ S: id }, { S: text }],
      });
      const answer = await answerOf(
        tables.client.send(
          new BatchExecuteStatementCommand({
            Statements: [insert('a', 'x'.repeat(400 * 1024)), insert('b', 'x')],
          }),
        ),
      );
      if (typeof answer === 'string') return answer;
      return answer.Responses?.map(({ Error: error }) => error?.Code ?? 'done');
    },
  },
  {
    title:
      'one select finds the live sessions of several users in an index, in either form of their ids, however many pages it takes',
    aws: [Array.from({ length: 30 }, (_, index) => `c${String(index).padStart(2, '0')}`), ['other'], []],
    async observe(tables) {
      const table = await sessionsTable(tables);
      const session = (connection: string, user: string, ttl: number) =>
        table.put({
          PK: { S: `SESSION#${connection}` },
          SK: { S: `USER#${user}` },
          user_id: { S: user },
          last_activity: { S: '2026-01-01T00:00:00.000Z' },
          ttl: { N: String(ttl) },
          // Makes pages of few.
          device_info: { M: { user_agent: { S: 'x'.repeat(50_000) } } },
        });
      for (let index = 0; index < 30; index++)
        await session(`c${String(index).padStart(2, '0')}`, index % 2 === 0 ? 'u1' : 'USER#u1', 200);
      await session('over', 'u1', 100);
      await session('other', 'u2', 101);
      const found = await dynamodbSessions(tables.client, table.name).find(['u1', 'u2', 'u3'], 100, signal);
      return found.map((sessions) => sessions.map(({ connectionId }) => connectionId).sort());
    },
  },
];

const BIG = 'x'.repeat(380_000);

async function fill(table: Table, count: number): Promise<void> {
  await Promise.all(ids(count).map(({ id }) => table.put({ id, text: { S: BIG } })));
}

export const batchRules: readonly Rule<Tables>[] = [
  {
    title: 'a batch read leaves out what is not there',
    aws: [undefined, { id: 'a', n: 1 }, undefined],
    async observe(tables) {
      const table = await plainTable(tables);
      await table.put({ id: { S: 'a' }, n: { N: '1' } });
      const read = itemReader(tables.client, table.name);
      return read([{ id: 'never' }, { id: 'a' }, { id: 'neither' }], signal);
    },
  },
  {
    title: 'a batch read takes 100 keys, and refuses 101',
    aws: ['done', 'ValidationException'],
    async observe(tables) {
      const table = await plainTable(tables);
      const read = (count: number) =>
        outcomeOf(
          tables.client.send(
            new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys: ids(count) } } }),
          ),
        );
      return [await read(100), await read(101)];
    },
  },
  {
    title: 'a batch read of one key twice is refused',
    aws: 'ValidationException',
    async observe(tables) {
      const table = await plainTable(tables);
      const Keys = [...ids(1), ...ids(1)];
      return outcomeOf(
        tables.client.send(new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys } } })),
      );
    },
  },
  {
    title: 'a batch read answers at most 16 MB, and names what is left',
    aws: { answered: true, left: true, together: 45, readOn: 45 },
    async observe(tables) {
      const table = await plainTable(tables);
      await fill(table, 45);
      const { Responses: responses = {}, UnprocessedKeys: unprocessed = {} } = await tables.client.send(
        new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys: ids(45) } } }),
      );
      const answered = responses[table.name]?.length ?? 0;
      const left = unprocessed[table.name]?.Keys?.length ?? 0;
      const keys = ids(45).map(({ id }) => ({ id: id.S }));
      const readOn = await itemReader(tables.client, table.name)(keys, signal);
      return {
        answered: answered > 0,
        left: left > 0,
        together: answered + left,
        readOn: readOn.filter((item) => item !== undefined).length,
      };
    },
  },
  {
    title: 'a batch write puts and deletes, up to 25 items',
    aws: ['done', 'ValidationException', [undefined, { id: { S: 'i1' } }]],
    async observe(tables) {
      const table = await plainTable(tables);
      await table.put({ id: { S: 'i0' } });
      const write = (count: number) =>
        outcomeOf(
          tables.client.send(
            new BatchWriteItemCommand({
              RequestItems: {
                [table.name]: ids(count).map(({ id }, index) =>
                  index === 0 ? { DeleteRequest: { Key: { id } } } : { PutRequest: { Item: { id } } },
                ),
              },
            }),
          ),
        );
      return [
        await write(25),
        await write(26),
        [await table.get({ id: { S: 'i0' } }), await table.get({ id: { S: 'i1' } })],
      ];
    },
  },
  {
    title: 'a batch write with one item twice, or one that cannot be stored, is refused and writes nothing',
    aws: ['ValidationException', 'ValidationException', undefined],
    async observe(tables) {
      const table = await plainTable(tables);
      const write = (...items: Record<string, { S: string }>[]) =>
        outcomeOf(
          tables.client.send(
            new BatchWriteItemCommand({
              RequestItems: { [table.name]: items.map((Item) => ({ PutRequest: { Item } })) },
            }),
          ),
        );
      return [
        await write({ id: { S: 'a' } }, { id: { S: 'a' } }),
        await write({ id: { S: 'a' } }, { id: { S: '' } }),
        await table.get({ id: { S: 'a' } }),
      ];
    },
  },
];
