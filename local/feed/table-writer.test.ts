import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { VirtualClock } from '../virtual-clock.ts';
import { writeItem, writeItems } from './table-writer.ts';
import type { PendingWrite } from './write-feed.ts';

const put = (id: string): PendingWrite => ({
  table: 'orders',
  itemKey: id,
  write: { kind: 'put', item: { id: { S: id } } },
});
const remove = (id: string): PendingWrite => ({
  table: 'orders',
  itemKey: id,
  write: { kind: 'delete', key: { id: { S: id } } },
});
const refusal = (name: string) => Object.assign(new Error('whatever it quotes'), { name });

type Request = { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } };
type Item = Record<string, { S: string }>;
type Input = { TableName?: string; Item?: Item; Key?: Item; RequestItems?: Record<string, Request[]> };

/** A table that does as `answer` says: how many of a batch it leaves, or an error; items named `bad…` it refuses always. */
function table(answer: () => { leaves?: number; fails?: Error } = () => ({})) {
  const clock = new VirtualClock();
  const calls: { atMs: number; what: string }[] = [];
  const send = async (command: { constructor: { name: string }; input: Input }) => {
    const { input } = command;
    const requests = input.RequestItems?.['orders'];
    const wanted: Request[] = requests ?? [
      input.Item === undefined
        ? { DeleteRequest: { Key: input.Key ?? {} } }
        : { PutRequest: { Item: input.Item } },
    ];
    const texts = wanted.map(({ PutRequest: put, DeleteRequest: gone }) =>
      put === undefined ? `-${gone?.Key['id']?.S}` : `+${put.Item['id']?.S}`,
    );
    calls.push({ atMs: clock.now(), what: `${requests ? 'batch' : 'one'} ${texts.join(' ')}` });
    const { leaves = 0, fails } = answer();
    if (fails !== undefined) throw fails;
    if (texts.some((text) => text.includes('bad'))) throw refusal('ValidationException');
    return leaves === 0 ? {} : { UnprocessedItems: { orders: requests?.slice(-leaves) } };
  };
  const client = { send } as unknown as DynamoDBClient;
  return {
    calls,
    write: (...writes: readonly PendingWrite[]) =>
      clock.runUntil(writeItems(client, 'orders', writes, clock)),
    client,
  };
}

test('different items go in one request, puts and deletions alike', async () => {
  const { calls, write } = table();
  expect(await write(put('a'), remove('b'))).toEqual(new Map());
  expect(calls.map(({ what }) => what)).toEqual(['batch +a -b']);
});

test('what a busy table leaves is sent again, that alone and after a pause, until it is taken', async () => {
  const answers = [{ leaves: 2 }, { leaves: 1 }];
  const { calls, write } = table(() => answers.shift() ?? {});
  expect(await write(put('a'), put('b'), put('c'))).toEqual(new Map());
  expect(calls).toEqual([
    { atMs: 0, what: 'batch +a +b +c' },
    { atMs: 100, what: 'batch +b +c' },
    { atMs: 200, what: 'batch +c' },
  ]);
});

test('what a table refuses for what it holds is told, and all others are written', async () => {
  const { calls, write } = table();
  const writes = [put('bad-1'), put('a'), remove('bad-2'), remove('b')];
  const reason = 'table orders refuses it (ValidationException)';
  expect(await write(...writes)).toEqual(
    new Map([
      [writes[0], reason],
      [writes[2], reason],
    ]),
  );
  expect(calls.map(({ what }) => what)).toEqual([
    'batch +bad-1 +a -bad-2 -b',
    'one +bad-1',
    'one +a',
    'one -bad-2',
    'one -b',
  ]);
});

test('a table that fails is no refusal: the error ends the writing, also among single items', async () => {
  const down = table(() => ({ fails: refusal('InternalServerError') }));
  await expect(down.write(put('a'))).rejects.toMatchObject({ name: 'InternalServerError' });
  const answers: { fails?: Error }[] = [{}, { fails: refusal('ResourceNotFoundException') }];
  const gone = table(() => answers.shift() ?? {});
  await expect(gone.write(put('bad'), put('a'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('one item is put or deleted by itself', async () => {
  const { client, calls } = table();
  await writeItem(client, 'orders', put('a').write);
  await writeItem(client, 'orders', remove('a').write);
  expect(calls.map(({ what }) => what)).toEqual(['one +a', 'one -a']);
});
