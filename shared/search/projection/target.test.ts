import { describe, expect, it } from 'vitest';
import type { SearchWork } from './search-work.ts';
import { type Case, chooseTarget } from './target.ts';
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
