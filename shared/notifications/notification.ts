/** What a notification says. These are the fields of the inbox's `notification` map, and of the same member of a push. */
import type { RawNumber } from '../stream/change.ts';
import type { TextOf } from './texts.ts';

/** A number as exact as its item's; null where the item had none. */
export type Amount = number | RawNumber | null;

/** To the vendor: somebody bids for a product. */
export interface NewBid extends Offer {
  readonly type: 'new_bid';
}

/** To the vendor: somebody bought a product without bidding. */
export interface NewPurchase extends Offer {
  readonly type: 'new_purchase';
}

export interface Offer {
  readonly bidId: string;
  readonly productId: string;
  /** As the item says, usually `B2B` or `B2C`. */
  readonly buyerType: string | null;
  /** Rupees per unit. */
  readonly amount: Amount;
  readonly quantity: Amount;
  /** Rupees. */
  readonly totalAmount: Amount;
}

/** To the vendor: the buyer changed the amount or the quantity of a bid. */
export interface BidChanged extends Omit<Offer, 'buyerType'> {
  readonly type: 'bid_changed';
  readonly previousAmount: Amount;
  readonly previousQuantity: Amount;
}

/** To the buyer: the status, the counter-offer or the vendor's message of a bid changed. */
export interface BidStatusUpdate {
  readonly type: 'bid_status_update';
  readonly bidId: string;
  readonly status: string | null;
  readonly vendorMessage: string | null;
  readonly counterOffer: CounterOffer | null;
}

export interface CounterOffer {
  /** Rupees per unit. */
  readonly amount: Amount;
  readonly quantity: Amount;
  readonly message: string | null;
}

/** To the recipient of a chat message. */
export interface NewMessage {
  readonly type: 'new_message';
  /** What follows `CHAT#` in the table's key. */
  readonly chatId: string;
  readonly messageId: string;
  readonly senderId: string;
  /** As the item says, usually `text`, `voice` or `image`. */
  readonly messageType: string | null;
  /** The beginning of the text as the recipient reads it, at most 100 characters; empty where there is no text. */
  readonly preview: string;
}

/** To the sender of a chat message: the recipient has read it. */
export interface MessageRead {
  readonly type: 'message_read';
  readonly chatId: string;
  readonly messageId: string;
  readonly readerId: string;
  /** ISO 8601 as the item says it, null where it does not. */
  readonly readAt: string | null;
}

export type Notification = NewBid | NewPurchase | BidChanged | BidStatusUpdate | NewMessage | MessageRead;

export type NotificationType = Notification['type'];

/** Texts and links that only a push carries: the inbox names the item that holds them. Absent ones are left out. */
export type Details = Readonly<Record<string, string | null>>;

/** One notification for one user, decided from one event alone. */
export interface Notice {
  /** Without `USER#`. */
  readonly recipient: string;
  readonly notification: Notification;
  readonly details: Details;
  /** How it is put to the recipient, in whatever language that turns out to be. */
  readonly text: TextOf;
}
