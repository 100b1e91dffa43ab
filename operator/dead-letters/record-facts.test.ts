/** What is said of a record is what it says itself, and of what is no key there is none. */
import { expect, test } from 'vitest';
import { recordFacts, tableOf } from './record-facts.ts';

const keyOf = (Keys: unknown) => recordFacts({ dynamodb: { Keys } }).key;

test.each<[unknown, string]>([
  [{ id: { S: 'a b' } }, 'id=a b'],
  [{ id: { N: '-1.5' } }, 'id=-1.5'],
  [{ id: { B: 'AQID' } }, 'id=AQID'],
  [{ SK: { S: 'DETAILS' }, PK: { S: 'PRODUCT#1' } }, 'PK=PRODUCT#1 SK=DETAILS'],
  [{ id: { S: 'a\u001b\u202e\u2028' } }, 'id=a\\u{1b}\\u{202e}\\u{2028}'],
])('%j is the key %s', (keys, text) => {
  expect(keyOf(keys)).toBe(text);
});

test.each<[unknown]>([
  [undefined],
  [{}],
  [[{ S: 'a' }]],
  [{ a: { S: '1' }, b: { S: '2' }, c: { S: '3' } }],
  [{ id: { S: 7 } }],
  [{ id: { SS: ['a'] } }],
  [{ id: { S: 'a' }, other: null }],
])('%j is no key', (keys) => {
  expect(keyOf(keys)).toBeUndefined();
});

test('a table is named by its stream’s ARN, and by nothing else', () => {
  const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table/market-products/stream/2026-01-01T00:00:00.000';
  expect(tableOf(arn)).toBe('market-products');
  expect(tableOf('arn:aws:dynamodb:us-east-1:000000000000:table/market-products')).toBeUndefined();
  expect(tableOf('')).toBeUndefined();
});
