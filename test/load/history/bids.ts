/** Bids for ever: made, changed, answered, withdrawn and made again by people who come and go. */
import { type Bid, bidKeys, bidRow, bidsStream } from '../../../fixtures/generate/bids/bid.ts';
import type { Random } from '../../../fixtures/generate/random.ts';
import { put, remove, type Step } from './step.ts';

/** Bids that may still change; an older one rests for ever. */
const OPEN = 1_500;
const VENDORS = 900;
/** So many buyers at a time; every so many bids half of them are new. */
const BUYERS = 1_500;
const BIDS_OF_A_CROWD = 10_000;

export function* bidHistory(random: Random, startMs: number): Generator<Step, never> {
  const open: Bid[] = [];
  const withdrawn: Bid[] = [];
  for (let number = 0; ; number++) {
    const now = new Date(startMs + number * 1_000).toISOString();
    const at = open[random.int(0, Math.max(0, open.length - 1))];
    const what = random.weighted([
      [55, 'new'],
      [34, 'changed'],
      [6, 'withdrawn'],
      [4.8, 'again'],
      [0.2, 'poison'],
    ] as const);
    const again = withdrawn.length > 0 && what === 'again' ? withdrawn.pop() : undefined;
    if (at !== undefined && what === 'changed') {
      const changed = { ...at, ...changeOf(at, random), updatedAt: now };
      open[open.indexOf(at)] = changed;
      yield written(changed);
    } else if (at !== undefined && what === 'withdrawn') {
      open.splice(open.indexOf(at), 1);
      keepLatest(withdrawn, at);
      yield remove(bidsStream, bidKeys(at));
    } else if (what === 'poison') {
      const bid = newBid(random, number, now);
      const { vendor_id: _nobody, ...row } = bidRow(bid);
      yield put(bidsStream, bidKeys(bid), row);
    } else {
      const bid = again ?? newBid(random, number, now);
      keepLatest(open, bid);
      yield written(bid);
    }
  }
}

const written = (bid: Bid): Step => put(bidsStream, bidKeys(bid), bidRow(bid));

function keepLatest(bids: Bid[], bid: Bid): void {
  bids.push(bid);
  if (bids.length > OPEN) bids.shift();
}

function changeOf(bid: Bid, random: Random): Partial<Bid> {
  return random.weighted<Partial<Bid>>([
    [4, { status: random.pick(['accepted', 'rejected', 'completed', 'cancelled', 'expired']) }],
    [2, { counterOffer: { amount: bid.amount + random.int(1, 9), quantity: bid.quantity } }],
    [1, { vendorMessage: `The best I can do is ${bid.amount + random.int(1, 9)}.` }],
    [1, { amount: bid.amount + random.int(1, 9) }],
    [1, { quantity: bid.quantity + random.int(1, 9) }],
  ]);
}

function newBid(random: Random, number: number, now: string): Bid {
  const kind = random.chance(0.15) ? 'PURCHASE' : 'BID';
  const firstBuyer = Math.floor(number / BIDS_OF_A_CROWD) * (BUYERS / 2);
  return {
    kind,
    id: `soak-${number}`,
    productId: `soak-${random.int(0, 999)}`,
    buyerId: `buyer-${firstBuyer + random.int(0, BUYERS)}`,
    vendorId: `vendor-${random.int(1, VENDORS)}`,
    buyerType: random.chance(0.4) ? 'B2B' : 'B2C',
    amount: random.int(10, 400),
    quantity: random.int(1, 60),
    unit: 'kg',
    status: kind === 'BID' ? 'pending' : 'accepted',
    createdAt: now,
    updatedAt: now,
    expiresAt: now,
  };
}
