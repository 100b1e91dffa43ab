import { expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { memoryLevel } from './memory-level.ts';

const START_MS = 1_700_000_000_000;
const LATER_MS = START_MS + 1_000;

function level(maxCharacters: number) {
  const clock = new VirtualClock(START_MS);
  return { clock, memory: memoryLevel(clock, maxCharacters) };
}

it('memory holds as much as it may, to the character, and gives up the longest unused', () => {
  const { memory } = level(10);
  memory.set('a', '12345', LATER_MS);
  memory.set('b', '12345', LATER_MS);
  expect([memory.get('a'), memory.get('b')]).toEqual(['12345', '12345']);
  memory.get('a');
  memory.set('c', '1', LATER_MS);
  expect([memory.get('a'), memory.get('b'), memory.get('c')]).toEqual(['12345', undefined, '1']);
});

it('what is set again takes the place that it needs, and no more', () => {
  const { memory } = level(10);
  for (let times = 0; times < 5; times++) memory.set('a', '123456', LATER_MS);
  memory.set('b', '1234', LATER_MS);
  expect([memory.get('a'), memory.get('b')]).toEqual(['123456', '1234']);
});

it('what is larger than all of memory drives nothing out', () => {
  const { memory } = level(10);
  memory.set('a', '1', LATER_MS);
  memory.set('b', '12345678901', LATER_MS);
  expect([memory.get('a'), memory.get('b')]).toEqual(['1', undefined]);
});

it('nothing is held longer than it was told', async () => {
  const { clock, memory } = level(10);
  memory.set('a', '1', START_MS + 5);
  await clock.advance(4);
  expect(memory.get('a')).toBe('1');
  await clock.advance(1);
  expect(memory.get('a')).toBeUndefined();
});
