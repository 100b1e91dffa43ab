/** Results come in order however long each takes, and no more is begun than was said. */
import { expect, test } from 'vitest';
import { ahead } from './ahead.ts';

async function* numbers(count: number) {
  for (let number = 0; number < count; number++) yield number;
}

test('results come in the order of the elements, with a bounded number at work', async () => {
  let atWork = 0;
  let most = 0;
  const results: number[] = [];
  for await (const result of ahead(numbers(20), 4, async (number) => {
    most = Math.max(most, ++atWork);
    for (let turn = 0; turn < (number * 7) % 5; turn++) await new Promise(setImmediate);
    atWork--;
    return number;
  }))
    results.push(result);
  expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(most).toBeLessThanOrEqual(4);
});

test('what fails is thrown at its turn, after the results before it', async () => {
  const results: number[] = [];
  const reading = (async () => {
    for await (const result of ahead(numbers(10), 4, async (number) => {
      if (number === 2) throw new Error('two');
      return number;
    }))
      results.push(result);
  })();
  await expect(reading).rejects.toThrow('two');
  expect(results).toEqual([0, 1]);
});

test('whoever leaves early is not told of later failures', async () => {
  for await (const result of ahead(numbers(10), 4, async (number) => {
    if (number > 0) throw new Error('late');
    return number;
  })) {
    expect(result).toBe(0);
    break;
  }
});
