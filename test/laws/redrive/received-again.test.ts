import { expect, it } from 'vitest';
import { CAREFUL, operateAll } from './operators.ts';
import type { Scenario } from './scenario.ts';
import { letterWorld } from './world.ts';

const record = { nature: 'good', lane: 0, hasId: true } as const;
const letter = { form: 'envelope', announced: 1, together: false } as const;

it('a message that is received again while it is held is one letter, and goes by its newest handle', async () => {
  const scenario: Scenario = {
    records: [record, record],
    letters: [
      { ...letter, holds: [0] },
      { ...letter, holds: [1] },
    ],
    operators: [],
  };
  // Among the first requests is every receiving; none of the others is odd before letters are fetched.
  const world = letterWorld(scenario);
  const [ran] = await operateAll(world, [{ ...CAREFUL, fates: ['odd', 'odd', 'odd', 'odd'] }]);
  expect(ran).toMatchObject({
    ending: 'ended',
    report: { settled: true, plan: { records: 2, letters: 2 }, letters: { settled: 2, putBack: 0 } },
  });
  expect(world.services.queue.bodies()).toEqual([]);
  expect(world.problems).toEqual([]);
});
