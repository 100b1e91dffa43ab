import type { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { itemReader } from './read-items.ts';

interface Asked {
  readonly names: readonly string[];
  readonly consistent: boolean | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A table of things that have what `has` says; `serves` tells of each request how many of its keys are processed. */
function table({
  has = () => true,
  serves = () => 100,
}: {
  has?: (name: string) => boolean;
  serves?: (request: number) => number;
}) {
  const asked: Asked[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  const client = {
    async send({ input }: BatchGetItemCommand, options?: { abortSignal?: AbortSignal }) {
      const { Keys = [], ConsistentRead } = input.RequestItems?.['things'] ?? {};
      const served = serves(asked.length);
      const names = Keys.map((key) => String(key['id']?.S));
      asked.push({ names, consistent: ConsistentRead, signal: options?.abortSignal });
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight--;
      // An answer comes in no order.
      const found = names.slice(0, served).filter(has).reverse();
      const left = Keys.slice(served);
      return {
        Responses: { things: found.map((name) => ({ id: { S: name }, word: { S: `of ${name}` } })) },
        UnprocessedKeys: left.length === 0 ? {} : { things: { Keys: left } },
      };
    },
  };
  const read = itemReader(client as unknown as DynamoDBClient, 'things');
  const { signal } = new AbortController();
  return {
    asked,
    signal,
    mostInFlight: () => mostInFlight,
    words: async (...names: string[]) =>
      (
        await read(
          names.map((id) => ({ id })),
          signal,
        )
      ).map((item) => item?.['word']),
  };
}

it('answers in the order of the keys, whatever the order of the answer, and with nothing where there is no item', async () => {
  const { words } = table({ has: (name) => name !== 'b' });
  expect(await words('c', 'b', 'a')).toEqual(['of c', undefined, 'of a']);
  expect(await words()).toEqual([]);
});

it('reads what was written last, and stops when its caller does', async () => {
  const { words, asked, signal } = table({});
  await words('a');
  expect(asked).toEqual([{ names: ['a'], consistent: true, signal }]);
});

it('asks for a hundred keys at once, in four requests at a time', async () => {
  const names = Array.from({ length: 750 }, (_, index) => `n${index}`);
  const { words, asked, mostInFlight } = table({});
  expect(await words(...names)).toEqual(names.map((name) => `of ${name}`));
  expect(Math.max(...asked.map((request) => request.names.length))).toBe(100);
  expect(mostInFlight()).toBe(4);
});

it('asks again for what the table left unprocessed, and for nothing else', async () => {
  const { words, asked } = table({ serves: () => 2 });
  expect(await words('a', 'b', 'c', 'd', 'e')).toEqual(['of a', 'of b', 'of c', 'of d', 'of e']);
  expect(asked.map(({ names }) => names)).toEqual([['a', 'b', 'c', 'd', 'e'], ['c', 'd', 'e'], ['e']]);
});

it('asks on after an answer that holds nothing because there is nothing: what is left may be there', async () => {
  const { words, asked } = table({ serves: () => 2, has: (name) => name === 'e' });
  expect(await words('a', 'b', 'c', 'd', 'e')).toEqual([undefined, undefined, undefined, undefined, 'of e']);
  expect(asked).toHaveLength(3);
});

it('tells apart items that differ in a part of their key only', async () => {
  const items = [
    { PK: { S: 'a' }, SK: { S: 'x' } },
    { PK: { S: 'a' }, SK: { S: 'y' } },
    { PK: { S: 'b' }, SK: { S: 'x' } },
  ];
  const send = async () => ({ Responses: { things: items } });
  const read = itemReader({ send } as unknown as DynamoDBClient, 'things');
  const keys = ['b x', 'a y', 'b y', 'a x'].map((name) => ({ PK: name.charAt(0), SK: name.charAt(2) }));
  const found = await read(keys, new AbortController().signal);
  expect(found).toEqual([keys[0], keys[1], undefined, keys[3]]);
});

it('does not ask on and on when the table processes nothing: what is unread is no missing item', async () => {
  const { words, asked } = table({ serves: (request) => (request === 0 ? 1 : 0) });
  await expect(words('a', 'b')).rejects.toMatchObject({ code: 'ITEMS_UNPROCESSED' });
  expect(asked).toHaveLength(2);
});
