/** All streams of the soak, and what share of the changes each has: every processor has its part, and those that cost least have most. */

import { analysisStreams } from '../../../fixtures/generate/analysis/streams.ts';
import { bidsStream } from '../../../fixtures/generate/bids/bid.ts';
import { bookingsStream } from '../../../fixtures/generate/bookings/rows.ts';
import { conversationsStream } from '../../../fixtures/generate/conversations/message.ts';
import { productsStream } from '../../../fixtures/generate/products/market-day.ts';
import { type Random, seededRandom } from '../../../fixtures/generate/random.ts';
import type { Stream } from '../../../fixtures/generate/record.ts';
import { analysisHistory } from './analyses.ts';
import { bidHistory } from './bids.ts';
import { bookingHistory } from './bookings.ts';
import { conversationHistory } from './conversations.ts';
import { productHistory } from './products.ts';
import type { Step } from './step.ts';

export interface History {
  /** Of the processor. */
  readonly name: string;
  readonly stream: Stream;
  /** Of all changes. */
  readonly share: number;
  readonly steps: (random: Random, startMs: number) => Iterable<Step>;
}

export const MIX: readonly History[] = [
  { name: 'products', stream: productsStream, share: 0.5, steps: productHistory },
  { name: 'analysis-results', stream: analysisStreams.results, share: 0.25, steps: analysisHistory },
  { name: 'conversations', stream: conversationsStream, share: 0.1, steps: conversationHistory },
  { name: 'bids', stream: bidsStream, share: 0.08, steps: bidHistory },
  { name: 'bookings', stream: bookingsStream, share: 0.07, steps: bookingHistory },
];

/** A history's first `changes` changes, with what goes before each; the same seed and start give the same, change for change. */
export function* firstOf(history: History, changes: number, seed: number, startMs: number): Generator<Step> {
  if (changes === 0) return;
  let left = changes;
  const random = seededRandom(seed + MIX.indexOf(history));
  for (const step of history.steps(random, startMs)) {
    yield step;
    if (step.kind === 'change' && --left === 0) return;
  }
}

/** How many changes of each history make `records` together. */
export function portions(records: number): ReadonlyMap<History, number> {
  const counts = new Map(MIX.map((history) => [history, Math.floor(records * history.share)]));
  const [first] = MIX;
  const missing = records - [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (first !== undefined) counts.set(first, (counts.get(first) ?? 0) + missing);
  return counts;
}
