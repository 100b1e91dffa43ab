import { describe, expect, it } from 'vitest';
import type { SearchWork } from './search-work.ts';
import { type Case, chooseTarget, operationOf } from './target.ts';
import type { Wanted } from './wanted.ts';

const work: SearchWork = {
  key: 'p1',
  change: {
    eventId: 'event-2',
    eventName: 'MODIFY',
    keys: {},
    expired: false,
    sequenceNumber: `2${'0'.repeat(20)}`,
  },
  effect: { kind: 'index', document: { productId: 'p1', quantity: 2 } },
};
const conflicted: Case = { work, conflicted: true, floor: 2 };
const mine = { kind: 'present', version: 2, eventId: 'event-2' } as const;
const newerItem: Wanted = {
  kind: 'wanted',
  desired: { ok: true, effect: { kind: 'index', document: { productId: 'p1', quantity: 3 } } },
  exists: true,
  text: 'newer',
};

describe('a conflict with a document that this very event wrote', () => {
  it('is a duplicate of a live record', () => {
    expect(chooseTarget(conflicted, mine, newerItem, false)).toEqual({
      kind: 'settled',
      outcome: { kind: 'duplicate' },
    });
  });

  it('proves nothing of a redriven one: later records may have been redriven with it, before it, and settle by what it ends as', () => {
    expect(chooseTarget(conflicted, mine, newerItem, true)).toMatchObject({
      kind: 'write',
      target: { effect: { document: { quantity: 3 } }, version: 3, outcome: { kind: 'superseded' } },
    });
  });
});

it('a document whose languages come in another order is the same state', () => {
  const title = (languages: object): Wanted['desired'] => ({
    ok: true,
    effect: { kind: 'index', document: { productId: 'p1', title: languages } },
  });
  const [own, now] = [title({ hindi: 'प्याज', tamil: 'வெங்காயம்' }), title({ tamil: 'வெங்காயம்', hindi: 'प्याज' })];
  const one: Case = {
    work: { ...work, effect: own.ok ? own.effect : work.effect },
    conflicted: false,
    floor: 1,
  };
  expect(chooseTarget(one, mine, { ...newerItem, desired: now }, true)).toMatchObject({
    target: { outcome: { kind: 'applied' } },
  });
});

const absent = { kind: 'absent' } as const;
const unconflicted: Case = { ...conflicted, conflicted: false };
const noItem: Wanted = {
  kind: 'wanted',
  desired: { ok: true, effect: { kind: 'delete' } },
  exists: false,
  text: 'none',
};
const invalidItem: Wanted = {
  kind: 'wanted',
  desired: { ok: false, failure: { code: 'INVALID_PRODUCT' } },
  exists: true,
  text: 'invalid',
};
const at = (version: number, eventId = 'another') => ({ kind: 'present', version, eventId }) as const;
const settled = (kind: string) => ({ kind: 'settled', outcome: { kind } });

it('a document that this event wrote proves nothing to who met no conflict: the item may be newer', () => {
  expect(chooseTarget(unconflicted, mine, newerItem, false)).toMatchObject({ kind: 'write' });
});

describe('where neither document nor item is there', () => {
  it('a record that met a tombstone is settled: as gone, or as the deletion that was there before', () => {
    const deletion: Case = { ...conflicted, work: { ...work, effect: { kind: 'delete' } } };
    expect(chooseTarget(conflicted, absent, noItem, false)).toEqual(settled('gone'));
    expect(chooseTarget(deletion, absent, noItem, false)).toEqual(settled('duplicate'));
  });

  it('a record that met none leaves a tombstone, for what is still on its way', () => {
    expect(chooseTarget(unconflicted, absent, noItem, false)).toMatchObject({
      kind: 'write',
      target: { effect: { kind: 'delete' }, outcome: { kind: 'gone' } },
    });
  });
});

describe('of an item that is invalid now', () => {
  it('a document that is as new as the record’s own state, or newer, stays', () => {
    expect(chooseTarget(conflicted, at(2), invalidItem, false)).toEqual(settled('superseded'));
    expect(chooseTarget(conflicted, at(3), invalidItem, false)).toEqual(settled('superseded'));
  });

  it('any document stays where the record has no position: nothing says that it is newer', () => {
    const { sequenceNumber: _, ...change } = work.change;
    const one: Case = { ...unconflicted, work: { ...work, change } };
    expect(chooseTarget(one, at(1), invalidItem, false)).toEqual(settled('superseded'));
  });

  it('the record’s own state replaces one that is older, or none', () => {
    const own = { kind: 'write', target: { effect: work.effect, outcome: { kind: 'applied' } } };
    expect(chooseTarget(unconflicted, at(1), invalidItem, false)).toMatchObject(own);
    expect(chooseTarget(unconflicted, absent, invalidItem, false)).toMatchObject(own);
  });

  it('a tombstone that was met is newer, so nothing is written over it', () => {
    expect(chooseTarget(conflicted, absent, invalidItem, false)).toEqual(settled('superseded'));
  });

  it('a redriven record writes nothing where there is no document, and goes back to its queue with the reason', () => {
    expect(chooseTarget(unconflicted, absent, invalidItem, true)).toMatchObject({
      outcome: { kind: 'poison', failure: { code: 'CURRENT_ITEM_INVALID' } },
    });
  });
});

it.each([
  ['above the document', at(7), 2, 8],
  ['no lower than what was met', at(2), 9, 9],
  ['no lower than what was met, where there is no document', absent, 9, 9],
])('what is written has a version %s', (_, document, floor, version) => {
  expect(chooseTarget({ ...conflicted, floor }, document, newerItem, false)).toMatchObject({
    target: { version },
  });
});

it('what is written is the item’s state and bears no event’s id: no event may take it for its own', () => {
  const choice = chooseTarget(conflicted, at(2), newerItem, false);
  expect(choice.kind === 'write' && operationOf(choice.target)).toEqual({
    id: 'p1',
    version: 3,
    source: JSON.stringify({ productId: 'p1', quantity: 3 }),
  });
});
