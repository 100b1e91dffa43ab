/** The item of a record as it is now is read consistently and completely, and never taken for what was not read. */
import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { itemsNow } from './item-now.ts';

const schema = { partitionKey: 'PK', types: { PK: 'S' } };
const item = (id: string, price = '1') => ({ PK: { S: id }, price: { N: price } });
const change = (id: string, image?: unknown) => ({
  eventName: image === undefined ? 'REMOVE' : 'MODIFY',
  dynamodb: { Keys: { PK: { S: id } }, ...(image === undefined ? {} : { NewImage: image }) },
});

/** A table that answers one key a request, and fails where there is no answer left. */
async function ask(records: readonly unknown[], items: readonly ReturnType<typeof item>[], answers = 100) {
  const requests: BatchGetItemCommand['input'][] = [];
  const send = async (command: unknown) => {
    if (!(command instanceof BatchGetItemCommand)) throw new Error('another command');
    requests.push(command.input);
    if (requests.length > answers) throw new Error('away');
    const { Keys: [first, ...rest] = [] } = command.input.RequestItems?.['products'] ?? {};
    return {
      Responses: { products: items.filter(({ PK }) => PK.S === first?.['PK']?.S) },
      ...(rest.length > 0 ? { UnprocessedKeys: { products: { Keys: rest } } } : {}),
    };
  };
  const clock = new VirtualClock();
  const work = itemsNow(records, {
    client: { send } as unknown as DynamoDBClient,
    table: 'products',
    schema,
    clock,
    random: () => 0,
    signal: new AbortController().signal,
  });
  const found = await clock.runUntil(work);
  return { presents: found.map(({ present }) => present), requests };
}

test('each record says how its item is now, also where the table answers in parts', async () => {
  const records = [
    change('same', item('same')),
    change('other', item('other')),
    change('gone', item('gone')),
  ];
  const { presents, requests } = await ask(records, [item('same'), item('other', '2')]);
  expect(presents).toEqual(['as in the record', 'changed since', 'deleted']);
  expect(requests.every(({ RequestItems: items }) => items?.['products']?.ConsistentRead)).toBe(true);
});

test('an item that was deleted is as its record says, until somebody makes it anew', async () => {
  const { presents } = await ask([change('a'), change('b')], [item('b')]);
  expect(presents).toEqual(['as in the record', 'changed since']);
});

test('an item that was not read is neither there nor gone', async () => {
  const records = [change('a', item('a')), change('b', item('b'))];
  expect((await ask(records, [item('a')], 0)).presents).toEqual(['unread', 'unread']);
});
