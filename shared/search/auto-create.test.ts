import { expect, test } from 'vitest';
import { refusing } from './auto-create.ts';

test('where everything is created, everything but our names still is', () => {
  expect(refusing(undefined, 'products')).toBe('-products,-products-v*,+*');
  expect(refusing('true', 'products')).toBe('-products,-products-v*,+*');
});

test('a list keeps its rules, after ours', () => {
  expect(refusing('+logs-*,-*', 'products')).toBe('-products,-products-v*,+logs-*,-*');
});

test('where nothing is created, and where our names are refused first, nothing changes', () => {
  expect(refusing('false', 'products')).toBeUndefined();
  expect(refusing('-products,-products-v*,+*', 'products')).toBeUndefined();
});

test('several aliases are refused side by side', () => {
  const both = refusing(refusing(undefined, 'products'), 'chats') ?? '';
  expect(both).toBe('-chats,-chats-v*,-products,-products-v*,+*');
  expect(refusing(both, 'products')).toBeUndefined();
});
