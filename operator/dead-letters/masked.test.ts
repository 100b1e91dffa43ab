/** What may be on a screen: keys, names, kinds and sizes; never what somebody wrote. */

import { expect, test } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import { streamRecord } from '../../test/support/record.ts';
import { maskedRecord } from './masked.ts';

test('values go; keys, names, kinds and sizes stay', () => {
  const keys = { PK: { S: 'CHAT#a#b' }, SK: { N: '7' } };
  const newImage = {
    ...keys,
    original_text: { S: 'call me at 98…' },
    empty: { S: '' },
    price: { N: '42' },
    read: { BOOL: true },
    nothing: { NULL: true },
    languages: { SS: ['hindi', 'tamil'] },
    message: { M: { original: { S: 'secret' }, parts: { L: [{ S: 'x' }, { B: 'AQID' }] } } },
  };
  const record = streamRecord({
    eventName: 'MODIFY',
    keys,
    newImage,
    oldImage: { PK: keys.PK, name: { S: 'Asha' } },
  });
  expect(maskedRecord(record)).toEqual({
    ...record,
    dynamodb: {
      ...record.dynamodb,
      NewImage: {
        ...keys,
        original_text: { S: '***' },
        empty: { S: '' },
        price: { N: '***' },
        read: { BOOL: '***' },
        nothing: { NULL: true },
        languages: { SS: ['***', '***'] },
        message: { M: { original: { S: '***' }, parts: { L: [{ S: '***' }, { B: '***' }] } } },
      },
      OldImage: { PK: keys.PK, name: { S: '***' } },
    },
  });
});

test('who deleted an item stays', () => {
  const userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
  expect(maskedRecord(streamRecord({ eventName: 'REMOVE', userIdentity }))).toMatchObject({ userIdentity });
});

test.each<[unknown, unknown]>([
  ['text', '***'],
  [null, null],
  [7, '***'],
  [
    ['a', { b: 'c' }],
    ['***', { b: '***' }],
  ],
  [{ eventID: 'has spaces, so it is text' }, { eventID: '***' }],
  [
    { note: 'x', dynamodb: 'y' },
    { note: '***', dynamodb: '***' },
  ],
  [
    { dynamodb: { Keys: { PK: { M: { a: { S: 'x' } } } } } },
    { dynamodb: { Keys: { PK: { M: { a: { S: '***' } } } } } },
  ],
  [
    { dynamodb: { Keys: { PK: { SS: 'text', NULL: 'text' }, SK: 'text' } } },
    { dynamodb: { Keys: { PK: { SS: '***', NULL: '***' }, SK: '***' } } },
  ],
  [
    { userIdentity: { type: 'a person, with spaces', principalId: { id: 'x' } } },
    { userIdentity: { type: '***', principalId: { id: '***' } } },
  ],
  [
    { dynamodb: { Keys: {}, NewImage: { a: { NULL: 'text' }, b: { BOOL: false, N: 7 } } } },
    { dynamodb: { Keys: {}, NewImage: { a: { NULL: '***' }, b: { BOOL: '***', N: '***' } } } },
  ],
  [{ dynamodb: { Keys: 'PK', NewImage: ['x'] } }, { dynamodb: { Keys: '***', NewImage: ['***'] } }],
])('%j, which is no record, is shown as %j', (record, shown) => {
  expect(maskedRecord(record)).toEqual(shown);
});

property.prop([fc.uuid(), fc.jsonValue()])(
  'no text survives in an image, whatever its shape',
  (secret, shape) => {
    const image = JSON.parse(JSON.stringify(shape), (_, value) =>
      typeof value === 'string' ? secret : value,
    );
    const record = { dynamodb: { Keys: {}, NewImage: { a: image }, OldImage: image, other: image } };
    expect(JSON.stringify(maskedRecord(record))).not.toContain(secret);
  },
);

test('attributes with names of built-ins are attributes like any other', () => {
  const record = JSON.parse(
    '{"dynamodb":{"Keys":{},"NewImage":{"__proto__":{"S":"secret"},"constructor":{"S":"x"}}}}',
  );
  expect(JSON.stringify(maskedRecord(record))).toBe(
    '{"dynamodb":{"Keys":{},"NewImage":{"__proto__":{"S":"***"},"constructor":{"S":"***"}}}}',
  );
});
