import { describe, expect, it } from 'vitest';
import { isDeeperThan } from './json-depth.ts';
import { decodeImage } from './stream/attribute-value.ts';

const times = (levels: number, wrap: (inner: unknown) => unknown, inner: unknown): unknown => {
  let value = inner;
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
};
const lists = (levels: number) => times(levels - 1, (inner) => [inner], []);
const objects = (levels: number) => times(levels - 1, (inner) => ({ inner }), {});

describe('a value is deeper than as many levels as it has lists and objects below it', () => {
  it.each([1, 2, 3, 200])('of %i in each other', (levels) => {
    for (const nested of [lists(levels), objects(levels)]) {
      expect(isDeeperThan(levels - 1, nested)).toBe(false);
      expect(isDeeperThan(levels - 2, nested)).toBe(true);
    }
  });

  it('whatever lies beside them, and nothing else counts', () => {
    expect(isDeeperThan(0, ['text', 1, null, true])).toBe(false);
    expect(isDeeperThan(1, { first: [], last: { a: 1 } })).toBe(false);
    expect(isDeeperThan(1, { first: [], last: { a: [] } })).toBe(true);
    expect(isDeeperThan(0, 'text')).toBe(false);
    expect(isDeeperThan(0, null)).toBe(false);
  });

  it('also where they are deeper than any stack', () => {
    expect(isDeeperThan(200, lists(200_000))).toBe(true);
    expect(isDeeperThan(200_000, lists(200_000))).toBe(false);
  });
});

describe('an image', () => {
  const inLists = (levels: number) => ({ a: times(levels - 1, (inner) => ({ L: [inner] }), { S: 'x' }) });
  const inMaps = (levels: number) => ({ a: times(levels - 1, (inner) => ({ M: { a: inner } }), { S: 'x' }) });

  it.each([
    ['lists', inLists],
    ['maps', inMaps],
  ])('nested in %s is read to twice the depth that DynamoDB allows, and no deeper', (_, nested) => {
    expect(JSON.stringify(decodeImage(nested(64)))).toContain('"x"');
    expect(() => decodeImage(nested(65))).toThrow('nested deeper than 64 levels');
  });
});
