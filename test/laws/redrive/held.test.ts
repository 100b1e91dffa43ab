import { expect, it } from 'vitest';
import type { VirtualClock } from '../../../local/virtual-clock.ts';
import { holdMessages } from '../../../operator/dead-letters/held-messages.ts';
import { openLetters } from '../../../operator/dead-letters/letters.ts';
import type { System } from '../../../operator/system/system.ts';
import { memoryProcess } from './memory-clients.ts';
import { CAREFUL } from './operators.ts';
import { letterWorld } from './world.ts';

const MESSAGES = 25;

it('what is held stays hidden for as long as it is needed, and is given back at once', async () => {
  const world = letterWorld({ records: [], letters: [], operators: [] });
  const { services } = world;
  for (let number = 0; number < MESSAGES; number++) services.queue.send(`${number}`);
  const { clients } = memoryProcess(services, CAREFUL, world.clock);
  const held = holdMessages({
    sqs: clients.sqs,
    clock: world.clock,
    queueUrl: world.facts.queueUrl,
    visibilitySeconds: 120,
    waitSeconds: 1,
  });
  for (let time = 0; time < 3; time++) await world.clock.runUntil(held.receive());
  for (let minute = 0; minute < 30; minute++) {
    await world.clock.advance(20_000);
    expect(services.queue.hidden()).toBe(MESSAGES);
  }
  await world.clock.runUntil(held.close());
  expect(services.queue.hidden()).toBe(0);
  await world.clock.advance(600_000);
  expect(services.queue.hidden()).toBe(0);
});

it('a letter that is settled twice is settled once', async () => {
  const world = letterWorld({
    records: [{ nature: 'good', lane: 0, hasId: true }],
    letters: [{ form: 'envelope', holds: [0], announced: 1, together: false }],
    operators: [],
  });
  const clock: VirtualClock = world.clock;
  const { clients, signal } = memoryProcess(world.services, CAREFUL, clock);
  for (const one of world.subjects) one.isSettled = true;
  const letters = openLetters({ clients, processors: [world.facts] } as unknown as System, world.facts, {
    clock,
    random: () => 0,
    newId: () => 'id',
    signal,
  });
  const found = await clock.runUntil(Array.fromAsync(letters.letters()));
  for (const letter of [...found, ...found]) await clock.runUntil(letters.settle(letter));
  await clock.runUntil(letters.close());
  expect(found).toHaveLength(1);
  expect(world.services.queue.bodies()).toEqual([]);
});
