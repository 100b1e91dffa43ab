import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { sharedLookUp } from './shared-look-up.ts';

/** A look-up whose answers the test gives, in the order of the questions. */
function world() {
  const clock = new VirtualClock(0);
  const questions: PromiseWithResolvers<string>[] = [];
  const ask = sharedLookUp({
    clock,
    keepMs: 1_000,
    load: () => {
      const question = Promise.withResolvers<string>();
      questions.push(question);
      return question.promise;
    },
  });
  return { clock, questions, ask };
}

test('who asks while the question is under way, or within its time, has the same answer', async () => {
  const { clock, questions, ask } = world();
  const early = [ask('asha'), ask('asha')];
  questions[0]?.resolve('one');
  expect(await Promise.all(early)).toEqual(['one', 'one']);
  await clock.advance(999);
  expect(await ask('asha')).toBe('one');
  await clock.advance(1);
  void ask('asha');
  expect(questions).toHaveLength(2);
});

test('what failed is asked again by the next who comes', async () => {
  const { questions, ask } = world();
  const failing = ask('asha');
  questions[0]?.reject(new Error('down'));
  await expect(failing).rejects.toThrow('down');
  void ask('asha');
  expect(questions).toHaveLength(2);
});

test('a failure that comes late leaves the newer answer', async () => {
  const { clock, questions, ask } = world();
  const old = ask('asha');
  await clock.advance(1_000);
  const newer = ask('asha');
  questions[0]?.reject(new Error('down'));
  await expect(old).rejects.toThrow('down');
  questions[1]?.resolve('two');
  expect([await newer, await ask('asha')]).toEqual(['two', 'two']);
  expect(questions).toHaveLength(2);
});
