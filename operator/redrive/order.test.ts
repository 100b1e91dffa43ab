/** Where a record stands: its lane is its partition, its number is exact. */
import { expect, test } from 'vitest';
import { inStreamOrder, positionOf } from './order.ts';
import { entry } from './testing.ts';

const at = (
  keys: unknown,
  sequenceNumber = '1',
  { partitionKey }: { partitionKey?: string } = { partitionKey: 'PK' },
) =>
  positionOf(
    { record: { dynamodb: { Keys: keys } }, streamArn: 'arn:table/bids/stream/2026', sequenceNumber },
    'bids',
    partitionKey,
  );

test('rows of one partition are one lane, those of others are not', () => {
  const lane = (PK: string, SK: string) => at({ PK: { S: PK }, SK: { S: SK } }).lane;
  expect(lane('a', '1')).toBe(lane('a', '2'));
  expect(lane('a', '1')).not.toBe(lane('b', '1'));
});

test('where the partition key is not known, all of a table is one lane', () => {
  expect(at({ PK: { S: 'a' } }, '1', {}).lane).toBe(at({ PK: { S: 'b' } }, '1', {}).lane);
});

test('numbers that differ in their last digit of many are in order', () => {
  const numbers = ['41800003314721981745014', '41800003314721981745013', '41800003314721981745015'];
  expect(numbers.map((number) => at({}, number).sequenceNumber)).toEqual(numbers.map(BigInt));
});

test('what has no number comes last, from either side', () => {
  const [none, one] = [entry({ seq: '' }), entry({ seq: '1' })];
  expect(inStreamOrder(none, one)).toBeGreaterThan(0);
  expect(inStreamOrder(one, none)).toBeLessThan(0);
});
