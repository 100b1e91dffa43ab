import { describe, expect, it } from 'vitest';
import { renderText } from '../../shared/notifications/texts.ts';
import { decodeRecord } from '../../shared/stream/decode.ts';
import { type Attributes, bidKeys, bidRecord } from '../../test/support/bid.ts';
import { type RecordParts, streamRecord } from '../../test/support/record.ts';
import { decide } from './decide.ts';
import { orderingKey } from './key.ts';

type Changed = Parameters<typeof bidRecord>[0];

function decided(changed: Changed, parts: RecordParts = {}) {
  const decoded = decodeRecord(bidRecord(changed, parts), 'new-and-old');
  if (!decoded.ok) throw new Error(decoded.failure.details);
  return decide(decoded.change);
}

/** What is told, to whom: `buyer bid_status_update`; or the rule or the code by which nothing is. */
function told(changed: Changed, parts: RecordParts = {}): string[] {
  const decision = decided(changed, parts);
  switch (decision.kind) {
    case 'effect':
      return decision.effect.notices.map(
        ({ recipient, notification }) => `${recipient} ${notification.type}`,
      );
    case 'ignored':
      return [decision.rule];
    case 'poison':
      return [decision.failure.code];
  }
}

function firstNotice(changed: Changed) {
  const decision = decided(changed);
  if (decision.kind !== 'effect') throw new Error(decision.kind);
  const [notice] = decision.effect.notices;
  return { ...JSON.parse(JSON.stringify(notice)), english: renderText(notice.text, 'english') };
}

const change = (before: Attributes, after: Attributes) => told({ before, after });

describe('who hears of a change', () => {
  it('is the vendor of a new bid, and of a direct purchase', () => {
    expect(told({ after: {} })).toEqual(['vendor new_bid']);
    expect(told({ after: {}, row: 'PURCHASE#x' })).toEqual(['vendor new_purchase']);
  });

  it.each<[string, Attributes]>([
    ['the status', { status: 'accepted' }],
    ['the counter-offer', { counter_offer: { amount: 24, quantity: 200 } }],
    ['the vendor’s message', { vendor_message: 'Friday is fine' }],
  ])('is the buyer when %s changes', (_, after) => {
    expect(change({}, after)).toEqual(['buyer bid_status_update']);
  });

  it.each<[string, Attributes]>([
    ['amount', { amount: 23 }],
    ['quantity', { quantity: 150 }],
  ])('is the vendor when the %s changes', (_, after) => {
    expect(change({}, after)).toEqual(['vendor bid_changed']);
  });

  it('is the buyer of a purchase too, when its status changes', () => {
    expect(told({ before: {}, after: { status: 'completed' }, row: 'PURCHASE#x' })).toEqual([
      'buyer bid_status_update',
    ]);
  });

  it('is both when one write is news to both', () => {
    expect(change({}, { status: 'accepted', amount: 24 })).toEqual([
      'buyer bid_status_update',
      'vendor bid_changed',
    ]);
  });

  it('is the one user whose id is written in either form', () => {
    expect(told({ after: { vendor_id: 'USER#vendor' } })).toEqual(['vendor new_bid']);
  });

  it('is nobody when nothing of it changed, and an absent attribute became null', () => {
    expect(change({}, { updated_at: '2026-03-17T04:00:00.000Z' })).toEqual(['no-news']);
    expect(change({}, { counter_offer: null, vendor_message: null })).toEqual(['no-news']);
  });

  it('is nobody when a map only comes in another order', () => {
    const before = { counter_offer: { amount: 24, quantity: 200 } };
    expect(change(before, { counter_offer: { quantity: 200, amount: 24 } })).toEqual(['no-news']);
  });

  it('is nobody when the row is removed, or is of no known kind', () => {
    expect(told({ before: {} })).toEqual(['removed']);
    const userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
    expect(told({ before: {} }, { userIdentity })).toEqual(['expired']);
    expect(told({ after: {}, row: 'NOTE#1' })).toEqual(['unknown-row']);
    expect(told({ after: {}, row: 'BID#' })).toEqual(['unknown-row']);
  });
});

describe('what is told', () => {
  it('of a new bid is its offer, with the buyer’s words beside it', () => {
    const after = {
      message: { original: 'शुक्रवार?', translated: 'Friday?' },
      voice_message: 's3://voices/b1.ogg',
    };
    expect(firstNotice({ after })).toMatchObject({
      notification: {
        type: 'new_bid',
        bidId: 'b1',
        productId: 'p1',
        buyerType: 'B2B',
        amount: 22.5,
        quantity: 200,
        totalAmount: 4500,
      },
      details: {
        unit: 'kg',
        message: 'शुक्रवार?',
        translatedMessage: 'Friday?',
        voiceMessage: 's3://voices/b1.ogg',
      },
      english: 'New wholesale bid: 200 kg for ₹4,500 in all',
    });
  });

  it('of a bid with missing numbers has null for them, and a text without', () => {
    const after = { amount: undefined, quantity: null, total_amount: undefined, message: undefined };
    expect(firstNotice({ after })).toMatchObject({
      notification: { amount: null, quantity: null, totalAmount: null },
      details: { unit: 'kg' },
      english: 'You have a new bid',
    });
  });

  it('of a changed bid is what it was, too', () => {
    const after = { quantity: 150, total_amount: 3375 };
    expect(firstNotice({ before: {}, after })).toMatchObject({
      notification: {
        type: 'bid_changed',
        amount: 22.5,
        previousAmount: 22.5,
        quantity: 150,
        previousQuantity: 200,
      },
      english: 'A buyer changed a bid: now 150 kg for ₹3,375 in all',
    });
    expect(firstNotice({ before: {}, after: { amount: 23 } })).toMatchObject({
      notification: { amount: 23, previousAmount: 22.5, quantity: 200, previousQuantity: 200 },
    });
  });

  it.each<[string, Attributes, Attributes]>([
    ['Your bid was accepted', {}, { status: 'accepted' }],
    ['Your bid was rejected', {}, { status: 'rejected', vendor_message: 'Sold out' }],
    ['There is news about your bid', {}, { status: 'weighed' }],
    ['There is news about your bid', { vendor_message: 'Hm' }, { vendor_message: null }],
    ['Message from the vendor about your bid: Sold out', {}, { vendor_message: 'Sold\nout' }],
    [
      'Counter-offer from the vendor: 100 kg × ₹24.50',
      {},
      { counter_offer: { amount: 24.5, quantity: 100 } },
    ],
    ['The vendor made a counter-offer', {}, { counter_offer: { message: 'Call me' } }],
    ['The vendor withdrew the counter-offer', { counter_offer: { amount: 1 } }, { counter_offer: null }],
  ])('is put as “%s”', (english, before, after) => {
    expect(firstNotice({ before, after }).english).toBe(english);
  });

  it('of a status is everything the vendor has said so far', () => {
    const counter_offer = { amount: 24, quantity: 100, message: 'For Friday' };
    const after = { status: 'rejected', vendor_message: 'Too little', counter_offer };
    expect(firstNotice({ before: {}, after }).notification).toEqual({
      type: 'bid_status_update',
      bidId: 'b1',
      status: 'rejected',
      vendorMessage: 'Too little',
      counterOffer: counter_offer,
    });
  });

  it('of a counter-offer has the vendor’s words in the buyer’s language, where they were translated', () => {
    const said = (message: Attributes[string]) =>
      firstNotice({ before: {}, after: { counter_offer: { amount: 24, message } } }).notification
        .counterOffer;
    expect(said({ original: 'शुक्रवार?', translated: 'Friday?' })).toMatchObject({ message: 'Friday?' });
    expect(said({ original: 'शुक्रवार?' })).toMatchObject({ message: 'शुक्रवार?' });
  });

  it('keeps numbers as exact as the item has them', () => {
    const record = bidRecord({ after: {} });
    const exact = { ...record.dynamodb.NewImage, total_amount: { N: '12345678901234567890.5' } };
    const decoded = decodeRecord(
      { ...record, dynamodb: { ...record.dynamodb, NewImage: exact } },
      'new-and-old',
    );
    expect(decoded.ok && JSON.stringify(decide(decoded.change))).toContain(
      '"totalAmount":12345678901234567890.5',
    );
  });

  it('counts by who buys and what is sold, in closed sets', () => {
    const counts = (attributes: Attributes, row = 'BID#b1') => {
      const decision = decided({ after: attributes, row });
      return decision.kind === 'effect' ? decision.effect.counts : [];
    };
    expect(counts({ category: 'spices' })).toEqual([
      { name: 'Bids', dimensions: { BuyerType: 'b2b', Category: 'spices' } },
    ]);
    expect(counts({ buyer_type: 'somebody', category: '+91 98' })).toEqual([
      { name: 'Bids', dimensions: { BuyerType: 'other', Category: 'other' } },
    ]);
    expect(counts({}, 'PURCHASE#x')).toMatchObject([{ name: 'Purchases' }]);
  });
});

describe('a bid that can be told to nobody', () => {
  it.each<[string, Attributes]>([
    ['names no vendor', { vendor_id: undefined }],
    ['has an empty vendor', { vendor_id: 'USER#' }],
    ['has a vendor that is a number', { vendor_id: 7 }],
    ['has a vendor longer than a key', { vendor_id: 'v'.repeat(1_025) }],
    ['has a vendor longer than a key in bytes', { vendor_id: 'अ'.repeat(342) }],
    ['has an amount that is text', { amount: '22.50' }],
    ['has a message that is a list', { message: ['a'] }],
  ])('is poison when it %s', (_, after) => {
    expect(told({ after })).toEqual(['INVALID_BID']);
  });

  it('is poison only where what is missing is needed', () => {
    expect(told({ after: { buyer_id: undefined } })).toEqual(['vendor new_bid']);
    expect(change({}, { buyer_id: undefined, status: 'accepted' })).toEqual(['INVALID_BID']);
    expect(change({}, { vendor_id: undefined, buyer_id: undefined, voice_message: 's3://x' })).toEqual([
      'no-news',
    ]);
  });

  it('says which field is wrong and never what it holds', () => {
    const decision = decided({ after: { amount: 'my number is 98765' } });
    expect(decision).toEqual({
      kind: 'poison',
      failure: { code: 'INVALID_BID', details: 'amount: a value of type string, expected a number' },
    });
  });
});

describe('orderingKey', () => {
  it('is the item’s key', () => {
    const of = (keys: object) => {
      const decoded = decodeRecord(streamRecord({ keys }), 'new');
      return decoded.ok ? orderingKey(decoded.change) : undefined;
    };
    expect(of(bidKeys('BID#b1'))).not.toBe(of(bidKeys('PURCHASE#b1')));
    expect(of(bidKeys('BID#b1'))).not.toBe(of(bidKeys('BID#b1', 'p2')));
    expect(of({ PK: { S: 'PRODUCT#' }, SK: { S: 'BID#b1' } })).toBeUndefined();
    expect(of({ PK: { S: 'USER#1' }, SK: { S: 'BID#b1' } })).toBeUndefined();
    expect(of({ PK: { S: 'PRODUCT#1' } })).toBeUndefined();
  });
});

it('the vendor’s message is told in its translation, where it has one', () => {
  const message = { original: 'वन', translated: 'one' };
  const { notification } = firstNotice({ before: {}, after: { vendor_message: message } });
  expect(notification).toMatchObject({ vendorMessage: 'one' });
});

it('an empty translation, as a translator that failed leaves it, hides nothing of what was written', () => {
  const message = { original: 'वन', translated: '' };
  const offer = { amount: 24, quantity: null, message };
  const after = { vendor_message: message, counter_offer: offer };
  expect(firstNotice({ before: {}, after }).notification).toMatchObject({
    vendorMessage: 'वन',
    counterOffer: { message: 'वन' },
  });
  expect(firstNotice({ after: { message } }).details).toEqual({ unit: 'kg', message: 'वन' });
});

it('a push carries what there is of texts and links, and no nulls', () => {
  expect(firstNotice({ after: {} }).details).toEqual({ unit: 'kg', message: 'Can you deliver on Friday?' });
});

it('a unit of any length is told by its beginning', () => {
  const { unit } = firstNotice({ after: { unit: 'u'.repeat(500) } }).details;
  expect(unit).toBe(`${'u'.repeat(59)}…`);
});

it('a status is the same in any case', () => {
  expect(firstNotice({ before: {}, after: { status: 'ACCEPTED' } }).english).toBe('Your bid was accepted');
});
