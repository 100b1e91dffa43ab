import { expect, test } from 'vitest';
import { isOfThisMachine } from './same-machine.ts';

test.each([
  ['localhost:1', undefined, '127.0.0.1'],
  ['127.0.0.1:1', 'http://localhost:3000', '127.0.0.1'],
  ['[::1]:1', 'http://127.0.0.1:3000', '127.0.0.1'],
  ['box.example:1', undefined, 'box.example'],
  ['[fe80::1]:1', 'http://[fe80::1]:3000', 'fe80::1'],
])('what asks %s, of the origin %s, is of a machine that listens on %s', (host, origin, boundTo) => {
  expect(isOfThisMachine({ host, ...(origin === undefined ? {} : { origin }) }, boundTo)).toBe(true);
});

test.each([
  ['another.example:1', undefined],
  ['localhost.another.example:1', undefined],
  ['localhost:1', 'https://another.example'],
  ['localhost:1', 'https://localhost.another.example'],
  ['localhost:1', 'null'],
  ['localhost:1', ''],
  [undefined, undefined],
  ['not a host', undefined],
])('what asks %s, of the origin %s, is not', (host, origin) => {
  const headers = { ...(host === undefined ? {} : { host }), ...(origin === undefined ? {} : { origin }) };
  expect(isOfThisMachine(headers, '127.0.0.1')).toBe(false);
});
