import { expect, test } from 'vitest';
import { itemKeyText, spread } from './item-key.ts';

test('an item has one text in whatever order its key is written, and no two items of any tables share one', () => {
  const [PK, SK] = [{ S: 'a' }, { S: 'b' }];
  expect(itemKeyText('orders', { PK, SK })).toBe(itemKeyText('orders', { SK, PK }));
  const texts = [
    itemKeyText('orders', { PK, SK }),
    itemKeyText('bids', { PK, SK }),
    itemKeyText('orders', { PK }),
    itemKeyText('orders', { PK, SK: { S: 'c' } }),
    itemKeyText('orders', { PK, SK: { N: '1' } }),
  ];
  expect(new Set(texts).size).toBe(texts.length);
  expect([itemKeyText('orders', undefined), itemKeyText('orders', null)]).toEqual([undefined, undefined]);
});

test('items are spread over all places, each always to the same', () => {
  const places = Array.from({ length: 200 }, (_, n) => spread(`item-${n}`, 4));
  expect(new Set(places)).toEqual(new Set([0, 1, 2, 3]));
  expect(Array.from({ length: 200 }, (_, n) => spread(`item-${n}`, 4))).toEqual(places);
});
