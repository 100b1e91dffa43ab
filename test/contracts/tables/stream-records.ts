/** What a change becomes in the stream (Streams API reference, "Record", "StreamRecord"; developer guide, "Change data capture for DynamoDB Streams": a write that changes no data makes no record). */
import {
  BatchExecuteStatementCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { _Record as StreamsRecord } from '@aws-sdk/client-dynamodb-streams';
import { toEventRecord } from '../../../shared/stream/event-record.ts';
import { outcomeOf, type Rule } from '../rule.ts';
import { allRecords, type Item, streamedTable, type Table, type Tables } from './tables.ts';

const remove = (tables: Tables, { name }: Table, key: Item) =>
  tables.client.send(new DeleteItemCommand({ TableName: name, Key: key }));

const shape = ({ eventName, dynamodb }: StreamsRecord) => [
  eventName,
  dynamodb?.Keys?.['id']?.S,
  dynamodb?.OldImage?.['v']?.N,
  dynamodb?.NewImage?.['v']?.N,
];

async function shapes(tables: Tables, table: Table) {
  return (await allRecords(tables, table)).map(shape);
}

const a = (v: number): Item => ({ id: { S: 'a' }, v: { N: String(v) } });

export const recordRules: readonly Rule<Tables>[] = [
  {
    title: 'an item’s life is INSERT, MODIFY and REMOVE, each with the images before and after',
    aws: [
      ['INSERT', 'a', undefined, '1'],
      ['MODIFY', 'a', '1', '2'],
      ['REMOVE', 'a', '2', undefined],
      ['INSERT', 'a', undefined, '3'],
    ],
    async observe(tables) {
      const table = await streamedTable(tables);
      await table.put(a(1));
      await table.put(a(2));
      await remove(tables, table, { id: { S: 'a' } });
      await table.put(a(3));
      return shapes(tables, table);
    },
  },
  {
    title: 'an image that there is not is absent, and no user’s deletion names who deleted',
    aws: [['NewImage'], ['NewImage', 'OldImage'], ['OldImage'], [undefined, undefined, undefined]],
    async observe(tables) {
      const table = await streamedTable(tables);
      await table.put(a(1));
      await table.put(a(2));
      await remove(tables, table, { id: { S: 'a' } });
      const records = await allRecords(tables, table);
      const images = records.map(({ dynamodb }) =>
        Object.entries(dynamodb ?? {})
          .flatMap(([name, value]) => (name.endsWith('Image') && value !== undefined ? [name] : []))
          .sort(),
      );
      return [...images, records.map(({ userIdentity }) => userIdentity)];
    },
  },
  {
    title: 'a record says its view, its source, its size, its second, and has an id and a number of its own',
    aws: {
      ids: 3,
      numbers: 3,
      digits: true,
      eventSource: 'aws:dynamodb',
      view: 'NEW_AND_OLD_IMAGES',
      size: true,
      isDate: true,
      wholeSeconds: true,
    },
    async observe(tables) {
      const table = await streamedTable(tables);
      for (const v of [1, 2, 3]) await table.put(a(v));
      const records = await allRecords(tables, table);
      const changes = records.map(({ dynamodb }) => dynamodb);
      const numbers = changes.map((change) => change?.SequenceNumber ?? '');
      return {
        ids: new Set(records.map(({ eventID }) => eventID)).size,
        numbers: new Set(numbers).size,
        digits: numbers.every((number) => /^\d{1,40}$/.test(number)),
        eventSource: records[0]?.eventSource,
        view: changes[0]?.StreamViewType,
        size: changes.every((change) => (change?.SizeBytes ?? 0) > 0),
        isDate: changes.every((change) => change?.ApproximateCreationDateTime instanceof Date),
        wholeSeconds: changes.every(
          (change) => (change?.ApproximateCreationDateTime?.getTime() ?? 0.5) % 1000 === 0,
        ),
      };
    },
  },
  {
    title: 'a sequence number has 21 digits and more',
    aws: true,
    differs: {
      dynoxide: {
        instead: false,
        harmless:
          'it counts from 1; numbers are compared as numbers, a position is derived from any count of digits, and laws run with both kinds',
        shownBy: ['shared/stream/version.test.ts', 'is version'],
      },
    },
    async observe(tables) {
      const table = await streamedTable(tables);
      await table.put(a(1));
      const [record] = await allRecords(tables, table);
      return (record?.dynamodb?.SequenceNumber ?? '').length >= 21;
    },
  },
  {
    title:
      'in a shard, numbers grow from write to write, and an item’s records are in the order of its writes',
    aws: { growing: true, orders: [Array.from({ length: 20 }, (_, index) => String(index))] },
    async observe(tables) {
      const table = await streamedTable(tables);
      const ids = ['a', 'b', 'c'];
      await Promise.all(
        ids.map(async (id) => {
          for (let v = 0; v < 20; v++) await table.put({ id: { S: id }, v: { N: String(v) } });
        }),
      );
      const records = await allRecords(tables, table);
      const numbers = records.map(({ dynamodb }) => BigInt(dynamodb?.SequenceNumber ?? -1));
      const orders = ids.map((id) =>
        records.flatMap(({ dynamodb }) =>
          dynamodb?.Keys?.['id']?.S === id ? [dynamodb.NewImage?.['v']?.N] : [],
        ),
      );
      return {
        growing: numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? -1n)),
        orders: [...new Set(orders.map((order) => JSON.stringify(order)))].map((order) => JSON.parse(order)),
      };
    },
  },
  {
    title: 'a put of what is there already makes no record, nor does an update that changes nothing',
    aws: [['INSERT', 'a', undefined, '1']],
    differs: {
      dynoxide: {
        instead: [
          ['INSERT', 'a', undefined, '1'],
          ['MODIFY', 'a', '1', '1'],
          ['MODIFY', 'a', '1', '1'],
        ],
        harmless: 'a projection writes the same state again; messages are of what changed, and nothing has',
        shownBy: ['test/contracts/unchanged-write.test.ts', 'a record of a write that changed nothing'],
      },
    },
    async observe(tables) {
      const table = await streamedTable(tables);
      await table.put(a(1));
      await table.put(a(1));
      await tables.client.send(
        new UpdateItemCommand({
          TableName: table.name,
          Key: { id: { S: 'a' } },
          UpdateExpression: 'SET v = :v',
          ExpressionAttributeValues: { ':v': { N: '1' } },
        }),
      );
      return shapes(tables, table);
    },
  },
  {
    title:
      'what was not written makes no record: an unmet condition, a deletion of nothing, a cancelled transaction',
    aws: [],
    async observe(tables) {
      const table = await streamedTable(tables);
      const unmet = { TableName: table.name, Item: a(1), ConditionExpression: 'attribute_exists(id)' };
      await outcomeOf(tables.client.send(new PutItemCommand(unmet)));
      await remove(tables, table, { id: { S: 'a' } });
      const other = { TableName: table.name, Item: { id: { S: 'b' } } };
      const TransactItems = [{ Put: other }, { Put: unmet }];
      await outcomeOf(tables.client.send(new TransactWriteItemsCommand({ TransactItems })));
      return shapes(tables, table);
    },
  },
  {
    title: 'batches, transactions and PartiQL make the records that single writes make',
    aws: [
      ['INSERT', 'a', undefined, '1'],
      ['INSERT', 'b', undefined, '2'],
      ['MODIFY', 'a', '1', '3'],
      ['REMOVE', 'b', '2', undefined],
    ],
    async observe(tables) {
      const table = await streamedTable(tables);
      await tables.client.send(
        new BatchWriteItemCommand({ RequestItems: { [table.name]: [{ PutRequest: { Item: a(1) } }] } }),
      );
      await tables.client.send(
        new BatchExecuteStatementCommand({
          Statements: [
            {
              Statement: `INSERT INTO "${table.name}" VALUE {'id': ?, 'v': ?}`,
              Parameters: [{ S: 'b' }, { N: '2' }],
            },
          ],
        }),
      );
      await tables.client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            {
              Update: {
                TableName: table.name,
                Key: { id: { S: 'a' } },
                UpdateExpression: 'SET v = :v',
                ExpressionAttributeValues: { ':v': { N: '3' } },
              },
            },
          ],
        }),
      );
      await tables.client.send(
        new BatchExecuteStatementCommand({
          Statements: [{ Statement: `DELETE FROM "${table.name}" WHERE "id" = ?`, Parameters: [{ S: 'b' }] }],
        }),
      );
      return shapes(tables, table);
    },
  },
  {
    title: 'images hold what the table holds: every digit, every byte, empty texts, sets, odd names',
    aws: {
      id: { S: 'a' },
      n: { N: '12345678901234567890123456789012345678' },
      b: { B: 'AP8=' },
      s: { S: '' },
      ['__proto__']: { S: 'kept' },
      set: { SS: ['क'] },
      map: { M: { list: { L: [{ NULL: true }] } } },
    },
    async observe(tables) {
      const table = await streamedTable(tables);
      await table.put({
        id: { S: 'a' },
        n: { N: '12345678901234567890123456789012345678' },
        b: { B: new Uint8Array([0, 255]) },
        s: { S: '' },
        ['__proto__']: { S: 'kept' },
        set: { SS: ['क'] },
        map: { M: { list: { L: [{ NULL: true }] } } },
      } as Item);
      const [record] = await allRecords(tables, table);
      const event = record && toEventRecord(record, table.streamArn);
      return (event?.['dynamodb'] as { NewImage?: unknown } | undefined)?.NewImage;
    },
  },
];
