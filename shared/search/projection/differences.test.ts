import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../stream/exact-json.ts';
import { differingFields } from './differences.ts';
import type { Fields } from './stored.ts';

const differ = (a: string, b: string) =>
  differingFields(parseExactJson(a) as Fields, parseExactJson(b) as Fields);

describe('the fields in which two documents differ', () => {
  it.each([
    ['{"a":1,"b":{"c":"x"}}', '{"b":{"c":"x"},"a":1.0}'],
    ['{"n":12345678901234567890123}', '{"n":12345678901234567890123}'],
    ['{"n":1e2}', '{"n":100}'],
    ['{"l":["a",{"b":1}]}', '{"l":["a",{"b":1}]}'],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
  ])('are none of %s and %s', (a, b) => {
    expect(differ(a, b)).toEqual([]);
  });

  it.each([
    ['{"a":1}', '{"a":2}', ['a']],
    ['{"a":1}', '{"a":"1"}', ['a']],
    ['{"a":1}', '{}', ['a']],
    ['{}', '{"toString":1}', ['toString']],
    ['{"n":12345678901234567890123}', '{"n":12345678901234567890124}', ['n']],
    ['{"n":0.1234567890123456789}', '{"n":0.123456789012345678}', ['n']],
    ['{"t":{"x":"1","y":"2"},"z":1}', '{"t":{"x":"1","y":"3"}}', ['t.y', 'z']],
    ['{"l":["a","b"]}', '{"l":["b","a"]}', ['l']],
    ['{"t":{"x":1}}', '{"t":[1]}', ['t']],
    ['{"t":{"rawJSON":"1"}}', '{"t":{"rawJSON":"2"}}', ['t.rawJSON']],
  ])('of %s and %s are %j', (a, b, names) => {
    expect(differ(a, b)).toEqual(names);
    expect(differ(b, a)).toEqual(names);
  });
});
