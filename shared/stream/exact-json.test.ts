import { expect, it } from 'vitest';
import { parseExactJson } from './exact-json.ts';

it('numbers that a double holds are plain numbers', () => {
  expect(parseExactJson('{"price":24.5,"count":100}')).toEqual({ price: 24.5, count: 100 });
});

it('a number beyond a double keeps its digits', () => {
  expect(JSON.stringify(parseExactJson('[12345678901234567890.5]'))).toBe('[12345678901234567890.5]');
});
