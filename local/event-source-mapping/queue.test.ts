import { expect, it } from 'vitest';
import { Queue } from './queue.ts';

it('gives out in order all that was put in, also after thousands, and what was put back first', () => {
  const queue = new Queue<number>();
  const out: (number | undefined)[] = [];
  let last = 0;
  for (let round = 0; round < 50; round++) {
    for (let count = 0; count < 100; count++) queue.push(++last);
    for (let count = 0; count < 90; count++) out.push(queue.shift());
    queue.unshift([out.pop() ?? 0]);
  }
  expect(queue.length).toBe(last - out.length);
  while (queue.length > 0) {
    expect(queue.peek()).toBe((out.at(-1) ?? 0) + 1);
    out.push(queue.shift());
  }
  expect(out).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  expect([queue.shift(), queue.peek(), queue.length]).toEqual([undefined, undefined, 0]);
});

it('what is taken out in one go leaves the rest in its place', () => {
  const queue = new Queue<number>();
  for (let n = 1; n <= 5_000; n++) queue.push(n);
  const out = Array.from({ length: 3_000 }, () => queue.shift());
  expect(out).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
  expect([queue.length, queue.peek()]).toEqual([2_000, 3_001]);
});
