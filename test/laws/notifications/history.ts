/** Random histories of the bids and the conversations table, each write with whom it is news to. */
import fc from 'fast-check';
import type { LanguageKey } from '../../../shared/languages.ts';
import { type Attributes, bidRecord } from '../../support/bid.ts';
import { messageRecord } from '../../support/message.ts';
import type { streamRecord } from '../../support/record.ts';

export type StreamName = 'bids' | 'conversations';

export type StreamRecord = ReturnType<typeof streamRecord>;

/** What is to come of a record. */
export type Meaning =
  | { readonly kind: 'news'; readonly notices: readonly News[] }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'poison' };

export interface News {
  readonly recipient: string;
  readonly type: string;
}

/**
 * One write. `pauseMs` passes before it.
 * - `new`: of one who is told of it; `second` is another such thing: a purchase, or a message that replaces one of its millisecond.
 * - `answer`: tells the other one. `change`: the buyer's; of a chat, a message of somebody to himself.
 * - `both`: news to both parties at once; of a chat, a message that was read and is replaced.
 * - `long`: with texts that no push can hold.
 * - `gone`: the row is removed, by a user or by its time to live.
 */
export interface Write {
  readonly what:
    | 'new'
    | 'second'
    | 'answer'
    | 'change'
    | 'both'
    | 'long'
    | 'gone'
    | 'touch'
    | 'other-row'
    | 'spoilt';
  /** Which bid, or which chat. */
  readonly thread: number;
  readonly pauseMs: number;
}

const pauseMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 3, arbitrary: fc.integer({ min: 100, max: 4_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 60_000 }) },
);

export const history: fc.Arbitrary<readonly Write[]> = fc.array(
  fc.record({
    what: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Write['what']>('new') },
      { weight: 2, arbitrary: fc.constantFrom<Write['what']>('answer', 'both') },
      {
        weight: 3,
        arbitrary: fc.constantFrom<Write['what']>('second', 'change', 'touch', 'other-row', 'spoilt', 'gone'),
      },
      { weight: 1, arbitrary: fc.constantFrom<Write['what']>('new', 'new', 'long') },
    ),
    thread: fc.integer({ min: 0, max: 2 }),
    pauseMs,
  }),
  { minLength: 1, maxLength: 25 },
);

/** Three users; every thread is between two of them, so that there is always one who must not hear of it. */
export const USERS = ['asha', 'ravi', 'meera'] as const;

/** What each reads on the phone, and what the profile says. */
export const SPOKEN: Readonly<Record<string, LanguageKey>> = {
  asha: 'hindi',
  ravi: 'bengali',
  meera: 'odia',
};
export const PROFILES: Readonly<Record<string, LanguageKey>> = {
  asha: 'tamil',
  ravi: 'telugu',
  meera: 'english',
};

export function partiesOf(thread: number): readonly [one: string, other: string] {
  return [USERS[thread % 3] ?? 'asha', USERS[(thread + 1) % 3] ?? 'ravi'];
}

export interface Written {
  readonly record: StreamRecord;
  readonly meaning: Meaning;
  /** What is ordered with what. */
  readonly key: string;
}

/** @param number of the write, which gives it a row of its own and its position */
export function written(stream: StreamName, { what, thread }: Write, number: number, nowMs: number): Written {
  const parts = {
    eventID: `e${number}`,
    seq: `${1_000 + number}00000000000000000000`,
    at: Math.floor(nowMs / 1000),
  };
  return stream === 'bids' ? bid(what, thread, number, parts) : message(what, thread, number, parts);
}

type Parts = { readonly eventID: string; readonly seq: string; readonly at: number };

/** What people write where a name of a few was meant: no metric may be told apart by it. */
const odd = (number: number, usual: string) => (number % 3 === 0 ? `Meera’s own ${usual} ${number}` : usual);

/** Beyond what a message of the WebSocket API holds, in bytes; not in characters. */
const LONG = 'ताज़े टमाटर '.repeat(6_000);

/** A user's id stands in either form, in an item as in a key. */
const formOf = (user: string, number: number) => (number % 2 === 0 ? user : `USER#${user}`);

function bid(what: Write['what'], thread: number, number: number, parts: Parts): Written {
  const [buyer, vendor] = partiesOf(thread);
  const row = what === 'second' ? `PURCHASE#${thread}-${number}` : `BID#${thread}`;
  const users = {
    buyer_id: formOf(buyer, thread),
    vendor_id: formOf(vendor, number),
    buyer_type: odd(number, 'B2B'),
    category: odd(number + 1, 'spices'),
    message: `Can you deliver ${number} sacks?`,
  };
  const before = { ...users, status: odd(number + 2, 'pending') };
  const make = (changed: Parameters<typeof bidRecord>[0], meaning: Meaning): Written => ({
    record: bidRecord({ row, ...changed }, parts),
    meaning,
    key: row,
  });
  const toBuyer: News = { recipient: buyer, type: 'bid_status_update' };
  const toVendor: News = { recipient: vendor, type: 'bid_changed' };
  switch (what) {
    case 'new':
      return make({ after: users }, news({ recipient: vendor, type: 'new_bid' }));
    case 'second':
      return make({ after: users }, news({ recipient: vendor, type: 'new_purchase' }));
    case 'answer':
      return make({ before, after: { ...users, ...answerOf(number) } }, news(toBuyer));
    case 'change':
      return make({ before, after: { ...before, ...changeOf(number) } }, news(toVendor));
    case 'both':
      return make(
        { before, after: { ...before, ...answerOf(number), ...changeOf(number) } },
        news(toBuyer, toVendor),
      );
    case 'long':
      return make({ before, after: { ...users, vendor_message: LONG, unit: LONG } }, news(toBuyer));
    case 'touch':
      return make({ before, after: { ...before, updated_at: 'later' } }, nothing);
    case 'gone':
      return make({ before }, nothing);
    case 'other-row':
      return make({ before, row: 'NOTE#1' }, nothing);
    case 'spoilt':
      return make({ after: { ...users, vendor_id: undefined } }, poison);
  }
}

/** What only the vendor changes; what was absent and is null has not changed. */
function answerOf(number: number): Attributes {
  if (number % 3 === 1) return { status: 'pending', vendor_message: `Come at ${number} o’clock` };
  if (number % 3 === 2)
    return { counter_offer: { amount: number, quantity: 7, message: `My price is ${number}` } };
  return { status: 'accepted', vendor_message: null };
}

/** What only the buyer changes. */
function changeOf(number: number): Attributes {
  return number % 2 === 0 ? { amount: 100 + number } : { quantity: 300 + number };
}

function message(what: Write['what'], thread: number, number: number, parts: Parts): Written {
  const [one, other] = partiesOf(thread);
  // Either party writes in turn: what is ordered is the chat, not who speaks.
  const [sender, recipient] = number % 2 === 0 ? [one, other] : [other, one];
  const chat = `${formOf(one, thread)}${thread === 2 ? '-' : '#'}${formOf(other, thread)}`;
  const keys = { chat, row: `MSG#${String(number).padStart(3, '0')}` };
  const users: Attributes = {
    sender_id: formOf(sender, number),
    recipient_id: formOf(recipient, number >> 1),
    message_id: `m${number}`,
    original_text: `क्या ${number} टमाटर ताज़े हैं?`,
    translated_text: `தக்காளி ${number} புதியதா?`,
    source_lang: odd(number, 'hindi'),
    target_lang: odd(number + 1, 'tamil'),
    message_type: odd(number + 2, 'text'),
  };
  const make = (changed: Parameters<typeof messageRecord>[0], meaning: Meaning): Written => ({
    record: messageRecord({ keys, ...changed }, parts),
    meaning,
    key: chat,
  });
  const isNew: News = { recipient, type: 'new_message' };
  const another = { ...users, message_id: `m${number}-2` };
  switch (what) {
    case 'new':
      return make({ after: users }, news(isNew));
    case 'second':
      return make({ before: users, after: another }, news(isNew));
    case 'answer':
      return make(
        { before: users, after: { ...users, read_status: 'read' } },
        news({ recipient: sender, type: 'message_read' }),
      );
    case 'both':
      return make({ before: { ...users, read_status: 'true' }, after: another }, news(isNew));
    case 'change':
      return make(
        {
          after: { ...users, sender_id: sender, recipient_id: `USER#${sender}` },
          keys: { chat: `${sender}#${sender}` },
        },
        nothing,
      );
    case 'long':
      return make({ after: { ...users, original_text: LONG, translated_text: LONG } }, news(isNew));
    case 'touch':
      return make({ before: users, after: { ...users, ttl: 1 } }, nothing);
    case 'gone':
      return make({ before: users }, nothing);
    case 'other-row':
      return make({ after: users, keys: { chat, row: 'METADATA' } }, nothing);
    case 'spoilt':
      return make({ after: { ...users, recipient_id: 'stranger' } }, poison);
  }
}

function news(...notices: readonly News[]): Meaning {
  return { kind: 'news', notices };
}

const nothing: Meaning = { kind: 'nothing' };
const poison: Meaning = { kind: 'poison' };
