/** The faults that the laws inject at random, each once by name: what an operator would fear, and what then is true. */
import { afterEach, describe, expect, it } from 'vitest';
import { countedHigher } from './beside.ts';
import type { Outage } from './faults.ts';
import { indexEqualsTable, onlyPoisonIsLettered } from './laws.ts';
import { put, remove, scenario, spoil } from './scenario.ts';
import { type Scenario, World } from './world.ts';

const HOUR_MS = 3_600_000;
const open: World[] = [];

async function ended(parts: Partial<Scenario>): Promise<World> {
  const world = new World(scenario(parts));
  open.push(world);
  await world.run();
  return world;
}

const lettered = ({ letters }: World) => letters.map(({ record }) => (record as { eventID: string }).eventID);
const poison = ({ table }: World) => [...table.poison.keys()];

afterEach(() => {
  for (const world of open.splice(0)) world.close();
});

describe('an outage', () => {
  it.each<[string, Outage['kind']]>([
    ['the search engine down', 'engine-down'],
    ['a write block (403)', 'write-block'],
    ['the alias missing', 'alias-missing'],
    ['the table unreadable', 'table-down'],
    ['the dead-letter queue down', 'queue-down'],
  ])('of two hours with %s loses nothing and letters nothing but poison', async (_, kind) => {
    const history = [
      ...scenario().history,
      spoil('p4'),
      put('p2', 9, 60_000),
      put('p3', 5, HOUR_MS),
      remove('p1'),
    ];
    const world = await ended({ history, outages: [{ kind, fromMs: 0, forMs: 2 * HOUR_MS }] });
    expect(world.onFailure).toEqual([]);
    expect(indexEqualsTable(world)).toEqual([]);
    expect(onlyPoisonIsLettered(world, false)).toEqual([]);
  });

  it('of five and a half hours is still within what the mapping was set to wait for', async () => {
    const outages = [{ kind: 'engine-down' as const, fromMs: 0, forMs: 5.5 * HOUR_MS }];
    const world = await ended({ outages });
    expect(world.onFailure).toEqual([]);
    expect(indexEqualsTable(world)).toEqual([]);
  });

  it('that took the alias away creates no index under its name, whatever is deleted meanwhile', async () => {
    const world = await ended({
      history: [put('p1', 1), remove('p1'), put('p2', 1, 1_000)],
      outages: [{ kind: 'alias-missing', fromMs: 0, forMs: 500 }],
    });
    expect(indexEqualsTable(world)).toEqual([]);
    expect(world.indices()).toEqual(['products-v1']);
  });
});

describe('poison', () => {
  it('as the only record is lettered, and the batch ends', async () => {
    const world = await ended({ history: [spoil('p1')] });
    expect(lettered(world)).toEqual(poison(world));
  });

  it('as the last state of a product leaves the state before it in the index', async () => {
    for (const how of ['schema', 'engine'] as const) {
      const world = await ended({ history: [put('p1', 1), put('p1', 2), spoil('p1', how)] });
      expect(world.documents.get('p1')).toBe(world.table.lastDocument('p1'));
      expect(lettered(world)).toEqual(poison(world));
    }
  });

  it('below an unsettled record is lettered once, and above it not before that one is settled', async () => {
    const history = [spoil('p1', 'schema', 0), put('p2', 1, 0), spoil('p3', 'schema', 0)];
    const world = await ended({ history, outages: [{ kind: 'engine-down', fromMs: 0, forMs: 30 * 60_000 }] });
    expect(lettered(world)).toEqual(poison(world));
  });

  it('is lettered twice only when the process dies between sending and answering', async () => {
    const crashes = [{ invocation: 0, request: 0, when: 'before-answer' as const }];
    const history = [put('p1', 1, 0), spoil('p2', 'schema', 0)];
    const world = await ended({ history, crashes, enabledAfterMs: 100 });
    expect(lettered(world)).toHaveLength(2);
    expect(new Set(lettered(world))).toEqual(new Set(poison(world)));
    expect(indexEqualsTable(world)).toEqual([]);
  });
});

describe('a stale write', () => {
  it('that lands after its invocation gave it up does not win', async () => {
    const history = [put('p1', 1, 0), put('p1', 2, 10), remove('p1', 5_000)];
    const world = await ended({ history, fates: ['late-landing', 'late-landing'] });
    expect(indexEqualsTable(world)).toEqual([]);
  });

  it('of an old record does not raise a product whose tombstone is gone', async () => {
    const history = [put('p1', 1, 0), remove('p1', 1_000), put('p2', 1, 200_000)];
    const again = [{ atMs: 190_000, from: 0, size: 1, redriven: false, fromEarlierStream: false, slowMs: 0 }];
    const world = await ended({ history, again });
    expect(world.documents.has('p1')).toBe(false);
  });

  it('with the same version as another does not win', async () => {
    const history = [put('p1', 1, 0), put('p1', 2, 100), put('p1', 3, 100), put('p1', 4, 100)];
    const world = await ended({ history, numbering: 'aws-with-ties' });
    expect(indexEqualsTable(world)).toEqual([]);
  });

  it('redriven from a stream that counted higher does not win over the item', async () => {
    const world = await ended({ history: [put('p1', 1), put('p1', 2)] });
    await world.redrive(world.table.records.slice(0, 1).map(countedHigher));
    expect(indexEqualsTable(world)).toEqual([]);
  });
});
