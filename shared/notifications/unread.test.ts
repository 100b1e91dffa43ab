import { expect, it } from 'vitest';
import { unreadCounter } from './unread.ts';

it('what is pushed waits, even where a count does not show it yet', async () => {
  const { count } = unreadCounter(
    async () => 0,
    (load) => load,
  );
  expect(await count('asha')).toBe(1);
});

it('a hundred stands for a hundred or more', async () => {
  const { count, stored } = unreadCounter(
    async () => 100,
    (load) => {
      let counted: Promise<number> | undefined;
      return (userId) => (counted ??= load(userId));
    },
  );
  expect(await count('asha')).toBe(100);
  stored('asha');
  expect(await count('asha')).toBe(100);
});
