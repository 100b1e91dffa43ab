import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAllowed, productionPackages, refusedPackages } from './licences.ts';

test('every package that is deployed or installed has a licence that is allowed', () => {
  const packages = productionPackages(join(import.meta.dirname, '..'));
  expect(packages.length).toBeGreaterThan(50);
  expect(refusedPackages(packages)).toEqual([]);
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-or-later)', true],
  ['MIT AND Apache-2.0', true],
  ['MIT AND GPL-3.0-only', false],
  ['GPL-3.0-only', false],
  ['UNLICENSED', false],
  ['', false],
])('the expression "%s" is judged by what it lets one choose: %s', (expression, allowed) => {
  expect(isAllowed(expression)).toBe(allowed);
});

test('a package without a licence is refused by name', () => {
  expect(refusedPackages([{ path: 'node_modules/x' }])).toEqual([expect.stringContaining('node_modules/x')]);
});
