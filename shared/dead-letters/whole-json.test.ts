import { describe, expect, it } from 'vitest';
import { fc, test } from '../../test/support/property.ts';
import { wholeJson } from './whole-json.ts';

const LEVELS = 50_000;

/** The text of a value below more levels than `JSON.stringify` reaches. */
const below = (text: string) => `${'['.repeat(LEVELS)}${text}${']'.repeat(LEVELS)}`;

describe('wholeJson', () => {
  it('is needed: what JSON.parse makes may be deeper than JSON.stringify goes', () => {
    expect(() => JSON.stringify(JSON.parse(below('1')))).toThrow(RangeError);
  });

  test.prop([fc.array(fc.jsonValue(), { minLength: 10, maxLength: 10 })], { numRuns: 3 })(
    'writes at any depth what JSON.stringify writes',
    (values) => {
      const text = JSON.stringify(values);
      expect(wholeJson(JSON.parse(text))).toBe(text);
      expect(wholeJson(JSON.parse(below(text))) === below(text)).toBe(true);
    },
  );

  it('leaves out, at any depth, what is no JSON', () => {
    const value = [[undefined, 1], { a: undefined, b: { c: undefined, d: null } }];
    const deep = JSON.parse(below(''));
    expect(wholeJson([deep, value]) === `[${below('')},${JSON.stringify(value)}]`).toBe(true);
  });

  it('writes what is deep and wide', () => {
    const wide = `[${'1,'.repeat(150_000)}1]`;
    const text = `{"deep":${below('')},"wide":${wide}}`;
    expect(wholeJson(JSON.parse(text)) === text).toBe(true);
  });

  it('hides no other error', () => {
    const refused = {
      toJSON: () => {
        throw new TypeError('not this one');
      },
    };
    expect(() => wholeJson(refused)).toThrow(TypeError);
  });
});
