import { expect, it } from 'vitest';
import { parseJson } from './json.ts';

const lists = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

it('what is nested as deep as a letter can be is read, and what would overflow whoever prints it is not', () => {
  // An image's 32 levels are two of JSON each; a letter, its record and its images lie around them.
  expect(parseJson(lists(2 * 32 + 10))).toMatchObject({ ok: true });
  expect(parseJson(lists(201))).toMatchObject({ ok: true });
  expect(parseJson(lists(202))).toMatchObject({ ok: false, reason: { code: 'TOO_DEEP' } });
});
