/** Every mutation still breaks what it was written to break; whether the laws catch it is `npm run test:mutations`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lawNamed } from '../laws/suites.ts';
import { type Mutation, MutationMoved, mutated } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

describe.each(MUTATIONS)('the mutation $name', (mutation) => {
  it('finds its text once in the code as it is', async () => {
    const source = await readFile(join(import.meta.dirname, '../..', mutation.file), 'utf8');
    expect(mutated(source, mutation)).not.toBe(source);
  });

  it('names a law that there is', async () => {
    expect((await lawNamed(mutation.law))?.id).toBe(mutation.law);
  });
});

it('has a name of its own', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
});

it.each([0, 2])('is refused where its text stands %i times', (times) => {
  const mutation: Mutation = {
    name: 'one',
    bug: 'it is broken',
    file: 'a.ts',
    edits: [{ find: 'right', replace: 'wrong' }],
    law: 'products/calm',
    seed: 1,
  };
  expect(() => mutated('right '.repeat(times), mutation)).toThrow(MutationMoved);
});
