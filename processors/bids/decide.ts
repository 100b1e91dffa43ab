/** What a change of the bids table means: news for the vendor about what the buyer did, for the buyer about what came of it. */
import type { NotifyEffect } from '../../shared/notifications/notifier.ts';
import { readUser } from '../../shared/notifications/read-user.ts';
import { canonicalJson } from '../../shared/stream/canonical-json.ts';
import type { Change, Item } from '../../shared/stream/change.ts';
import { parseItem } from '../../shared/stream/parse-item.ts';
import type { Decision } from '../../shared/stream/processor.ts';
import { type BidItem, bidItem } from './item.ts';
import { bidKey } from './key.ts';
import { bidChanged, bidCounts, newOffer, type Said, statusUpdate } from './notices.ts';

const INVALID = 'INVALID_BID';

/** What only the vendor, or the market in the vendor's stead, changes; and what only the buyer changes. */
const VENDOR_WRITES = ['status', 'counter_offer', 'vendor_message'] as const;
const BUYER_WRITES = ['amount', 'quantity'] as const;

export function decide(change: Change): Decision<NotifyEffect> {
  const key = bidKey(change);
  if (key === undefined) return { kind: 'ignored', rule: 'unknown-row' };
  const { newImage, oldImage } = change;
  if (newImage === undefined) return { kind: 'ignored', rule: change.expired ? 'expired' : 'removed' };
  if (change.eventName === 'INSERT') {
    return tell(newImage, [['vendor_id', (bid) => newOffer(key, bid)]], (bid) => bidCounts(key, bid));
  }
  // Absent and null are one.
  const differs = (name: string) =>
    canonicalJson(newImage[name] ?? null) !== canonicalJson(oldImage?.[name] ?? null);
  const recipients: Telling[] = [];
  if (VENDOR_WRITES.some(differs)) {
    recipients.push(['buyer_id', (bid) => statusUpdate(key, bid, differs)]);
  }
  // One write may be news to both: better told of one's own change than not of the other's.
  if (BUYER_WRITES.some(differs)) {
    recipients.push(['vendor_id', (bid) => bidChanged(key, bid, before(oldImage))]);
  }
  return recipients.length === 0 ? { kind: 'ignored', rule: 'no-news' } : tell(newImage, recipients);
}

/** Which attribute names the recipient, and what is said. */
type Telling = readonly [recipient: string, say: (bid: BidItem) => Said];

function tell(
  image: Item,
  tellings: readonly Telling[],
  counts: (bid: BidItem) => NotifyEffect['counts'] = () => [],
): Decision<NotifyEffect> {
  const parsed = parseItem(bidItem, image, INVALID);
  if (!parsed.ok) return { kind: 'poison', failure: parsed.failure };
  const notices = [];
  for (const [attribute, say] of tellings) {
    const user = readUser(image, attribute, INVALID);
    if (!user.ok) return { kind: 'poison', failure: user.failure };
    notices.push({ recipient: user.userId, ...say(parsed.item) });
  }
  const [first, ...rest] = notices;
  if (first === undefined) return { kind: 'ignored', rule: 'no-news' };
  return { kind: 'effect', effect: { notices: [first, ...rest], counts: counts(parsed.item) } };
}

/** What the old item says counts only as far as it can be read. */
function before(image: Item | undefined): Pick<BidItem, 'amount' | 'quantity'> {
  const parsed = parseItem(
    bidItem,
    { amount: image?.amount ?? null, quantity: image?.quantity ?? null },
    INVALID,
  );
  return parsed.ok ? parsed.item : {};
}
