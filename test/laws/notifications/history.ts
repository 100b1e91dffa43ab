/** Random histories of the bids and the conversations table, each write with whom it is news to. */
import fc from 'fast-check';
import { type Attributes, bidRecord } from '../../support/bid.ts';
import { messageRecord } from '../../support/message.ts';
import type { streamRecord } from '../../support/record.ts';

export type StreamName = 'bids' | 'conversations';

export type StreamRecord = ReturnType<typeof streamRecord>;

/** What is to come of a record. */
export type Meaning =
  | { readonly kind: 'news'; readonly recipient: string; readonly type: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'poison' };

/** One write. `pauseMs` passes before it. */
export interface Write {
  readonly what: 'new' | 'answer' | 'touch' | 'other-row' | 'spoilt';
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
    what: fc.constantFrom<Write['what']>(
      'new',
      'new',
      'new',
      'answer',
      'answer',
      'touch',
      'other-row',
      'spoilt',
    ),
    thread: fc.integer({ min: 0, max: 2 }),
    pauseMs,
  }),
  { minLength: 1, maxLength: 25 },
);

/** Three users; every thread is between two of them, so that there is always one who must not hear of it. */
export const USERS = ['asha', 'ravi', 'meera'] as const;

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

function bid(what: Write['what'], thread: number, number: number, parts: Parts): Written {
  const [buyer, vendor] = partiesOf(thread);
  const row = `BID#${thread}`;
  const users = { buyer_id: buyer, vendor_id: `USER#${vendor}` };
  const before = { ...users, status: `state-${number}` };
  const make = (changed: Parameters<typeof bidRecord>[0], meaning: Meaning): Written => ({
    record: bidRecord({ row, ...changed }, parts),
    meaning,
    key: row,
  });
  switch (what) {
    case 'new':
      return make({ after: users }, news(vendor, 'new_bid'));
    case 'answer':
      return make({ before, after: { ...users, status: 'accepted' } }, news(buyer, 'bid_status_update'));
    case 'touch':
      return make({ before, after: { ...before, updated_at: 'later' } }, nothing);
    case 'other-row':
      return make({ before, row: 'NOTE#1' }, nothing);
    case 'spoilt':
      return make({ after: { vendor_id: undefined } }, poison);
  }
}

function message(what: Write['what'], thread: number, number: number, parts: Parts): Written {
  const [one, other] = partiesOf(thread);
  // Either party writes in turn: what is ordered is the chat, not who speaks.
  const [sender, recipient] = number % 2 === 0 ? [one, other] : [other, one];
  const chat = `${one}#${other}`;
  const keys = { chat, row: `MSG#${String(number).padStart(3, '0')}` };
  const users: Attributes = { sender_id: sender, recipient_id: recipient, message_id: `m${number}` };
  const make = (changed: Parameters<typeof messageRecord>[0], meaning: Meaning): Written => ({
    record: messageRecord({ keys, ...changed }, parts),
    meaning,
    key: chat,
  });
  switch (what) {
    case 'new':
      return make({ after: users }, news(recipient, 'new_message'));
    case 'answer':
      return make({ before: users, after: { ...users, read_status: 'read' } }, news(sender, 'message_read'));
    case 'touch':
      return make({ before: users, after: { ...users, ttl: 1 } }, nothing);
    case 'other-row':
      return make({ after: users, keys: { chat, row: 'METADATA' } }, nothing);
    case 'spoilt':
      return make({ after: { ...users, recipient_id: 'stranger' } }, poison);
  }
}

function news(recipient: string, type: string): Meaning {
  return { kind: 'news', recipient, type };
}

const nothing: Meaning = { kind: 'nothing' };
const poison: Meaning = { kind: 'poison' };
