import { expect, test } from 'vitest';
import { mayBeReadLater } from './passing.ts';

const later = (code: string, resolvable = false) => mayBeReadLater({ resolvable, reason: { code } });

test.each(['OBJECT_UNREACHABLE', 'OBJECT_DENIED', 'STREAM_UNREACHABLE', 'STREAM_DENIED'])(
  'a letter that was not read because of %s may be read later; one that was read was read',
  (code) => {
    expect([later(code), later(code, true)]).toEqual([true, false]);
  },
);

test.each(['OBJECT_GONE', 'STREAM_TRIMMED', 'STREAM_NOT_FOUND', 'POINTER_REFUSED', 'NOT_A_LETTER', 'EMPTY'])(
  'waiting mends no %s',
  (code) => {
    expect(later(code)).toBe(false);
  },
);

test('a letter that holds nothing is not waited for', () => {
  expect(mayBeReadLater({ resolvable: false })).toBe(false);
});
