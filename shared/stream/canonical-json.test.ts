import { expect, it } from 'vitest';
import { decodeImage } from './attribute-value.ts';
import { canonicalJson, exactly } from './canonical-json.ts';

it('the order of attributes means nothing, at any depth; that of a list does', () => {
  const one = { b: { y: 1, x: [{ q: 1, p: 2 }] }, a: null };
  const other = { a: null, b: { x: [{ p: 2, q: 1 }], y: 1 } };
  expect(canonicalJson(one)).toBe(canonicalJson(other));
  expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }));
});

it('an item read back from its JSON is the same, digits, odd names and all', () => {
  const item = decodeImage({
    price: { N: '12345678901234567890.12345678901234567' },
    large: { N: '1e21' },
    ['__proto__']: { S: 'a name' },
    rawJSON: { M: { rawJSON: { S: 'a name too' } } },
    '10': { N: '1.50' },
    map: { M: { two: { N: '2' }, one: { BOOL: true } } },
  });
  expect(canonicalJson(exactly(JSON.stringify(item)))).toBe(canonicalJson(item));
});

it('numbers that one double would stand for are told apart', () => {
  const text = (digits: string) => `{"n":${digits}}`;
  const [one, other] = [text('9007199254740993'), text('9007199254740992')];
  expect(canonicalJson(exactly(one))).not.toBe(canonicalJson(exactly(other)));
});
