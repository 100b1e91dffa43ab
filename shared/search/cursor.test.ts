import { expect, test as it } from 'vitest';
import { fc, test } from '../../test/support/property.ts';
import { decodeCursor, encodeCursor, fingerprint } from './cursor.ts';

const of = fingerprint({ sort: 'newest' });

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
test.prop([fc.array(fc.oneof(finite, fc.string()), { maxLength: 3 }), fc.string()])(
  'a cursor comes back as it went out',
  (values, id) => {
    const after = [...values, id];
    expect(decodeCursor(encodeCursor(of, after), of, after.length)).toEqual({ ok: true, after });
  },
);

test.prop([
  fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
  ),
])('what is no cursor is refused, never thrown on', (text) => {
  expect(decodeCursor(text, of, 2)).toMatchObject({ ok: false });
});

it('a cursor of another query is refused', () => {
  const other = encodeCursor(fingerprint({ sort: 'price-asc' }), [5, 'p']);
  expect(decodeCursor(other, of, 2)).toMatchObject({
    ok: false,
    reason: expect.stringContaining('another query'),
  });
});

it('a cursor with the wrong number of values is refused', () => {
  expect(decodeCursor(encodeCursor(of, ['p']), of, 2)).toMatchObject({ ok: false });
});

it('a fingerprint can be a preference: letters and digits, no underscore in front', () => {
  expect(fingerprint({ any: 'query' })).toMatch(/^[0-9a-f]{24}$/);
});
