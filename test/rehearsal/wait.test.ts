/** Waiting for what another part does in its own time. */
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { seen } from './wait.ts';

test('what is seen late is seen', async () => {
  const clock = new VirtualClock(0);
  const waiting = seen(clock, 'the row', async () => clock.now() >= 500 && 'row');
  await clock.advance(1_000);
  expect(await waiting).toBe('row');
});

test('what does not come is named', async () => {
  const clock = new VirtualClock(0);
  const waiting = seen(clock, 'the row', async () => undefined, 1_000);
  const refused = expect(waiting).rejects.toThrow('the row: not seen within 1 s');
  await clock.advance(2_000);
  await refused;
});
