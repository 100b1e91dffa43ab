import { expect, test } from 'vitest';
import { fc, test as property } from '../test/support/property.ts';
import { ANY_ONE, ANY_RUN, type GlobPart, globMatches, globParts } from './glob.ts';

const unit = fc.constantFrom('a', 'b');

/** The same as a regular expression. */
function source(part: GlobPart): string {
  if (part === ANY_RUN) return '[^]*';
  return part === ANY_ONE ? '[^]' : `[${part}]`;
}

property.prop([
  fc.array(fc.oneof(unit, fc.constantFrom<GlobPart>('ab', ANY_RUN, ANY_ONE)), { maxLength: 8 }),
  fc.array(unit, { maxLength: 10 }),
])('a pattern matches what the regular expression of it does', (parts, units) => {
  const text = units.join('');
  expect(globMatches(parts, text)).toBe(new RegExp(`^${parts.map(source).join('')}$`).test(text));
});

test('a pattern of many wildcards comes to an end on a long text that it nearly matches', () => {
  expect(globMatches(globParts(`${'a*'.repeat(1_000)}c`), `${'a'.repeat(10_000)}b`)).toBe(false);
});
