/** What a person reads of a record: nothing is left out but what stands above, and what is no record is shown whole. */
import { expect, test } from 'vitest';
import { streamRecord } from '../../test/support/record.ts';
import { maskedRecord } from './masked.ts';
import { recordText } from './record-text.ts';

const keys = { PK: { S: 'PRODUCT#p1' }, SK: { S: 'DETAILS' } };

test('images are one line each, by attribute, with kinds, without the key', () => {
  const record = streamRecord({
    eventName: 'MODIFY',
    at: 1_700_000_000,
    keys,
    oldImage: keys,
    newImage: {
      ...keys,
      title: { M: { hindi: { S: '' }, english: { S: 'Onions' } } },
      place: { L: [{ N: '1.50' }] },
      gone: { NULL: true },
    },
  });
  expect(recordText(record)).toEqual([
    ['made', '2023-11-14T22:13:20.000Z'],
    ['before', '(the key alone)'],
    ['after', 'gone: NULL true, place: L [N 1.50], title: M {english: S Onions, hindi: S ""}'],
  ]);
  expect(recordText(maskedRecord(record)).at(-1)).toEqual([
    'after',
    'gone: NULL true, place: L [N ***], title: M {english: S ***, hindi: S ""}',
  ]);
});

test.each([
  ['no object', 'text'],
  ['a record without its change', { eventID: 'e' }],
  ['an image that is none', { dynamodb: { Keys: keys, NewImage: 'text' } }],
  ['a change without images', { dynamodb: { Keys: keys } }],
])('%s is shown as it is', (_, record) => {
  expect(recordText(record)).toEqual([['record', JSON.stringify(record)]]);
});

test('an attribute of two kinds is shown as it is', () => {
  const record = { dynamodb: { Keys: keys, NewImage: { ...keys, odd: { S: 'a', N: '1' } } } };
  expect(recordText(record)).toEqual([['after', 'odd: {"S":"a","N":"1"}']]);
});
