/** What a replay will be seen to change, by what its records mean. */
import { expect, test } from 'vitest';
import type { Described } from './described.ts';
import { recorded } from './testing.ts';
import { nothingTouched, touch } from './touched.ts';

function touchedBy(described: Partial<Described>) {
  const touched = nothingTouched();
  const record = recorded(1, { createdMs: 1_700_000_000_123 });
  touch(touched, 'bids', {
    record,
    described: { eventId: 'e1', key: null, decision: 'effect', orderingKey: 'k1', ...described },
  });
  const parsed = (names: ReadonlySet<string>) => [...names].map((name) => JSON.parse(name) as unknown);
  const { orderingKeys, inboxRows, claims, providers, services } = touched;
  return {
    orderingKeys: [...orderingKeys],
    inboxRows: parsed(inboxRows),
    claims: parsed(claims),
    providers: [...providers],
    services: [...services],
  };
}

const NOTHING = { inboxRows: [], claims: [], providers: [], services: [] };
const notice = (recipient: string, type: string) => ({ recipient, notification: { type } });

test('each notification touches its row in the inbox and its claim', () => {
  const effect = { notices: [notice('vendor', 'new_bid'), notice('buyer', 'bid_changed')] };
  expect(touchedBy({ effect })).toEqual({
    ...NOTHING,
    orderingKeys: ['k1'],
    inboxRows: [
      { PK: 'NOTIFICATION#vendor', SK: 'NOTIF#1700000000123#bids#e1#new_bid' },
      { PK: 'NOTIFICATION#buyer', SK: 'NOTIF#1700000000123#bids#e1#bid_changed' },
    ],
    claims: [
      { eventId: 'e1', recipient: 'vendor', kind: 'new_bid' },
      { eventId: 'e1', recipient: 'buyer', kind: 'bid_changed' },
    ],
  });
});

test('a booking touches the claims of its mails, and those it rates', () => {
  const mails = [
    { kind: 'confirmed', recipient: 'c1' },
    { kind: 'receipt', recipient: 'c1' },
  ];
  const effect = { mails, rating: { providerId: 'p1', serviceId: 's1' } };
  expect(touchedBy({ effect })).toEqual({
    ...NOTHING,
    orderingKeys: ['k1'],
    claims: mails.map(({ kind, recipient }) => ({ eventId: 'e1', recipient, kind })),
    providers: ['p1'],
    services: ['s1'],
  });
  expect(touchedBy({ effect: { rating: { providerId: 'p1' } } })).toMatchObject({
    providers: ['p1'],
    services: [],
  });
});

test('what has no effect touches nothing', () => {
  expect(touchedBy({ decision: 'ignored' })).toEqual({ ...NOTHING, orderingKeys: [] });
});
