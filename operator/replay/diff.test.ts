import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../shared/stream/exact-json.ts';
import { fc, test as property } from '../../test/support/property.ts';
import { diffLines, fieldDifferences } from './diff.ts';

describe('the difference of two values', () => {
  it('names each field by its path, in the order of names', () => {
    const expected = { b: [1, { x: 'old' }], a: { 'odd name': 1 }, gone: null };
    const actual = { a: { 'odd name': 2 }, b: [1, { x: 'new' }, 3] };
    expect(fieldDifferences(expected, actual)).toEqual([
      { path: 'a["odd name"]', expected: '1', actual: '2' },
      { path: 'b[1].x', expected: '"old"', actual: '"new"' },
      { path: 'b[2]', expected: undefined, actual: '3' },
      { path: 'gone', expected: 'null', actual: undefined },
    ]);
  });

  property.prop([fc.jsonValue()])(
    'is none between a value and its copy, whatever the order of members',
    (value) => {
      const turned = JSON.parse(JSON.stringify(value), (_, each: unknown) =>
        typeof each === 'object' && each !== null && !Array.isArray(each)
          ? Object.fromEntries(Object.entries(each).reverse())
          : each,
      );
      expect(fieldDifferences(JSON.parse(JSON.stringify(value)), turned)).toEqual([]);
    },
  );

  property.prop([fc.jsonValue(), fc.jsonValue()])(
    'is there exactly if the values are not the same',
    (a, b) => {
      const [one, other] = [JSON.stringify(a), JSON.stringify(b)].map((text) => parseExactJson(text));
      const sorted = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.map(sorted)
          : typeof value === 'object' && value !== null && !('rawJSON' in value)
            ? Object.fromEntries(
                Object.entries(value)
                  .sort()
                  .map(([name, each]) => [name, sorted(each)]),
              )
            : value;
      const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      expect(fieldDifferences(one, other).length === 0).toBe(same);
    },
  );

  it('is there between nothing and null, and between values of one name that only one of them has itself', () => {
    const differ = (a: unknown, b: unknown) => fieldDifferences(a, b).map(({ path }) => path);
    expect(differ({ a: null }, {})).toEqual(['a']);
    expect(differ({}, { constructor: 1 })).toEqual(['constructor']);
    expect(fieldDifferences({}, { toString: 1 })).toEqual([
      { path: 'toString', expected: undefined, actual: '1' },
    ]);
  });

  it('is shown without what a terminal would obey, and cut', () => {
    const differences = fieldDifferences(
      { a: 'x'.repeat(50), '\u202ea': 1 },
      { a: '\u202eevil\u001b[2J', '\u202ea': 2 },
    );
    const lines = diffLines(differences, { colours: false, longest: 20 });
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(lines[1]).toBe(`    - "${'x'.repeat(19)}…`);
  });
});
