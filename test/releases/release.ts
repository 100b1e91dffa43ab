/**
 * What a release made of its recorded cases: `fixtures/releases/<version>`, written once and replayed against every later one. For each
 * stream the records, what they meant, and how they ended.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type streamsWithCases, textCases } from '../../fixtures/cases.ts';
import { readFixture } from '../../fixtures/read.ts';
import { readTableWrites, type TableWriteLine } from '../../fixtures/table-write.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { bidsProcessor } from '../../processors/bids/processor.ts';
import { conversationsProcessor } from '../../processors/conversations/processor.ts';
import { replay } from '../support/bookings-replay.ts';
import { productsReplay } from '../support/products-replay.ts';
import { replayDirect } from '../support/replay.ts';
import { cached } from './cached.ts';
import { notified } from './notified.ts';

export const RELEASES = join(import.meta.dirname, '../../fixtures/releases');

export const filesOf = (version: string, stream: string) => ({
  recording: join(RELEASES, version, `${stream}.jsonl.gz`),
  effects: join(RELEASES, version, `${stream}.effects.jsonl.gz`),
  ends: join(RELEASES, version, `${stream}.ends.jsonl.gz`),
  /** Differences that are meant, as the test says them; absent where there are none. */
  meant: join(RELEASES, version, `${stream}.meant.txt`),
});

export async function meantDifferences(version: string, stream: string): Promise<string> {
  const { meant } = filesOf(version, stream);
  return existsSync(meant) ? (await readFile(meant, 'utf8')).trimEnd() : '';
}

/** One recording, by itself on empty tables, and how it ended. */
export interface History {
  readonly name: string;
  readonly records: readonly object[];
  /** What other tables held, or came to hold on the way. */
  readonly writes: readonly TableWriteLine[];
  readonly end: unknown;
}

export type Played = Omit<History, 'end'>;

type Stream = (typeof streamsWithCases)[number];

/** How the code as it is ends a history. */
export const ENDS: Readonly<Record<Stream, (history: Played) => Promise<unknown>>> = {
  products: async ({ records }) => {
    const clock = new VirtualClock(Date.parse('2026-06-01T00:00:00Z'));
    const { handler, index, letters } = productsReplay(records, clock);
    await replayDirect(handler, records, { clock, batchSize: 2 });
    const documents = Object.fromEntries([...index.documents()].sort());
    index.close();
    return { documents, letters: letters.map(({ error }) => error.code) };
  },
  bids: ({ records }) => notified('bids', bidsProcessor, records),
  conversations: ({ records }) => notified('conversations', conversationsProcessor, records),
  'analysis-results': ({ records }) => cached(records),
  bookings: async ({ records, writes }) => {
    const { ends, mails, outbox, tables } = await replay(records, writes, {
      batchSize: 2,
      delayMs: 6 * 60_000,
    });
    const rated = [...tables.items('providers'), ...tables.items('services')];
    return {
      ends,
      mails,
      texts: outbox.map(({ to, subject, text }) => ({ to, subject, text })),
      ratings: rated.map(({ providerId, serviceId, rating, reviewCount }) => ({
        id: serviceId ?? providerId,
        rating: rating ?? null,
        reviewCount: reviewCount ?? null,
      })),
    };
  },
};

/** The cases as they are now, for a release to be made of. */
export async function* playedCases(stream: string): AsyncGenerator<Played> {
  for (const file of await textCases(stream)) {
    const writes = file.replace(/\.jsonl$/, '.writes.jsonl');
    yield {
      name: basename(file, '.jsonl'),
      records: await Array.fromAsync(readFixture(file)),
      writes: existsSync(writes) ? await Array.fromAsync(readTableWrites(writes)) : [],
    };
  }
}
