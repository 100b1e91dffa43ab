/** What is said about a bid: the notification's fields, what a push adds to them, and the text that puts it to the reader. */
import { cutText, onOneLine } from '../../shared/notifications/characters.ts';
import { buyerTypeDimension, categoryDimension } from '../../shared/notifications/metric-values.ts';
import type { Amount, CounterOffer, Details, Notice } from '../../shared/notifications/notification.ts';
import type { BusinessCount } from '../../shared/notifications/notifier.ts';
import type { Quantity, TextOf } from '../../shared/notifications/texts.ts';
import { type BidItem, messageTexts } from './item.ts';
import type { BidKey } from './key.ts';

export type Said = Omit<Notice, 'recipient'>;

/** Names and states, which have any length only by mistake. */
const LABEL = 60;
const PREVIEW = 100;

export function newOffer({ kind, bidId, productId }: BidKey, bid: BidItem): Said {
  const type = kind === 'bid' ? 'new_bid' : 'new_purchase';
  const { original, translated } = messageTexts(bid.message);
  return {
    notification: {
      type,
      bidId,
      productId,
      buyerType: label(bid.buyer_type),
      amount: bid.amount ?? null,
      quantity: bid.quantity ?? null,
      totalAmount: bid.total_amount ?? null,
    },
    details: present({
      unit: label(bid.unit),
      message: original,
      translatedMessage: translated,
      voiceMessage: bid.voice_message ?? null,
    }),
    text: offerText(type, bid, { buyerType: buyerTypeDimension(bid.buyer_type) }),
  };
}

export function bidChanged(
  { bidId, productId }: BidKey,
  bid: BidItem,
  before: Pick<BidItem, 'amount' | 'quantity'>,
): Said {
  return {
    notification: {
      type: 'bid_changed',
      bidId,
      productId,
      amount: bid.amount ?? null,
      quantity: bid.quantity ?? null,
      totalAmount: bid.total_amount ?? null,
      previousAmount: before.amount ?? null,
      previousQuantity: before.quantity ?? null,
    },
    details: present({ unit: label(bid.unit) }),
    text: offerText('bid_changed', bid, {}),
  };
}

/** @param differs whether an attribute is not what it was */
export function statusUpdate({ bidId }: BidKey, bid: BidItem, differs: (name: string) => boolean): Said {
  const fromVendor = messageTexts(bid.vendor_message);
  const counterOffer = counterOfferOf(bid);
  return {
    notification: {
      type: 'bid_status_update',
      bidId,
      status: label(bid.status),
      vendorMessage: fromVendor.translated ?? fromVendor.original,
      counterOffer,
    },
    details: present({ unit: label(bid.unit) }),
    text: statusText(bid, counterOffer, differs),
  };
}

/** Bids and purchases by who buys and what is sold, as far as the item says. */
export function bidCounts({ kind }: BidKey, bid: BidItem): readonly BusinessCount[] {
  return [
    {
      name: kind === 'bid' ? 'Bids' : 'Purchases',
      dimensions: {
        BuyerType: buyerTypeDimension(bid.buyer_type),
        Category: categoryDimension(bid.category),
      },
    },
  ];
}

function counterOfferOf({ counter_offer }: BidItem): CounterOffer | null {
  if (counter_offer === null || counter_offer === undefined) return null;
  const { original, translated } = messageTexts(counter_offer.message);
  return {
    amount: counter_offer.amount ?? null,
    quantity: counter_offer.quantity ?? null,
    message: translated ?? original,
  };
}

function offerText(
  type: 'new_bid' | 'new_purchase' | 'bid_changed',
  bid: BidItem,
  values: TextOf['values'],
): TextOf {
  const quantity = quantityOf(bid.quantity, bid);
  const total = display(bid.total_amount);
  if (quantity === undefined || total === undefined) return { key: `${type}_open`, values: {} };
  return { key: type, values: { ...values, quantity, total } };
}

/** What the vendor decided comes before what the vendor offered, and that before what the vendor wrote. */
function statusText(
  bid: BidItem,
  counterOffer: CounterOffer | null,
  differs: (name: string) => boolean,
): TextOf {
  if (differs('status')) return { key: 'bid_status', values: { status: bid.status?.toLowerCase() ?? '' } };
  if (differs('counter_offer')) return counterOfferText(bid, counterOffer);
  const { original, translated } = messageTexts(bid.vendor_message);
  const preview = cutText(onOneLine(translated ?? original ?? ''), PREVIEW);
  return preview === ''
    ? { key: 'bid_status', values: { status: '' } }
    : { key: 'vendor_message', values: { preview } };
}

function counterOfferText(bid: BidItem, offer: CounterOffer | null): TextOf {
  if (offer === null) return { key: 'counter_offer_withdrawn', values: {} };
  const quantity = quantityOf(offer.quantity, bid);
  const amount = display(offer.amount);
  if (quantity === undefined || amount === undefined) return { key: 'counter_offer_open', values: {} };
  return { key: 'counter_offer', values: { quantity, amount } };
}

function quantityOf(quantity: Amount | undefined, { unit }: BidItem): Quantity | undefined {
  const number = display(quantity);
  return number === undefined ? undefined : { number, unit: label(unit) };
}

/** For the eye a double is exact enough. */
function display(amount: Amount | undefined): number | undefined {
  if (amount === null || amount === undefined) return undefined;
  return typeof amount === 'number' ? amount : Number(amount.rawJSON);
}

function label(text: string | null | undefined): string | null {
  return text === null || text === undefined || text === '' ? null : cutText(onOneLine(text), LABEL);
}

function present(details: Details): Details {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== null));
}
