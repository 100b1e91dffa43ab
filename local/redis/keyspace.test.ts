import { expect, test } from 'vitest';
import { VirtualClock } from '../virtual-clock.ts';
import { createKeyspace } from './keyspace.ts';

test('what has expired leaves the memory, though nobody asks for it any more', async () => {
  const clock = new VirtualClock();
  const keyspace = createKeyspace(clock);
  let most = 0;
  // A hundred of them live at any time.
  for (let number = 0; number < 5_000; number++) {
    keyspace.set(Buffer.from(`key ${number}`), Buffer.from('x'), clock.now() + 1_000);
    await clock.advance(10);
    most = Math.max(most, keyspace.held());
  }
  expect(most).toBeLessThan(400);
});

test('looking for what has expired leaves what lives, in its order', async () => {
  const clock = new VirtualClock();
  const keyspace = createKeyspace(clock);
  const names = Array.from({ length: 50 }, (_, number) => `key ${number}`);
  for (const name of names) keyspace.set(Buffer.from(name), Buffer.from('x'), clock.now() + 1e9);
  for (let number = 0; number < 500; number++) {
    keyspace.set(Buffer.from(`short ${number}`), Buffer.from('x'), clock.now() + 5);
    await clock.advance(10);
  }
  expect(keyspace.keys().map(String)).toEqual(names);
});
