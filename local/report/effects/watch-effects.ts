/** Follows what the records of all streams ought to bring about, and says at the end whether they did. */

import { decide as decideBid } from '../../../processors/bids/decide.ts';
import { orderingKey as bidOrderingKey } from '../../../processors/bids/key.ts';
import { orderingKey as chatOrderingKey } from '../../../processors/conversations/chat.ts';
import { decide as decideMessage } from '../../../processors/conversations/decide.ts';
import type { Clock } from '../../../shared/time/clock.ts';
import type { Mail } from '../../gateway/index.ts';
import { cacheCheck } from './cache.ts';
import { type Finding, finding } from './finding.ts';
import { inboxCheck, inboxDigests, type NotifyingProcessor } from './inbox.ts';
import { type MailsFinding, mailsCheck } from './mails.ts';
import { type ClientOf, compareRatings } from './ratings.ts';

type Environment = Readonly<Record<string, string>>;

export interface Effects {
  readonly inbox: Finding;
  readonly ratings: Finding;
  readonly cache: Finding;
  readonly mails: MailsFinding;
}

export interface EffectsWatch {
  /** Remembers what is there before the first record: it is of an earlier run. */
  before(environments: readonly Environment[], clientOf: ClientOf): Promise<void>;
  /** @param environment of the function that the records go to */
  take(environment: Environment, records: readonly unknown[]): void;
  sent(mail: Mail): void;
  compare(): Promise<Effects>;
}

export interface EffectsWatchOptions {
  /** Of the engine that holds a table; asked at the end only. */
  readonly clientOf: ClientOf;
  /** `redis://host:port`; absent without a cache. */
  readonly cacheUrl: string | undefined;
  readonly clock: Clock;
}

const NOTIFYING: Readonly<Record<string, NotifyingProcessor>> = {
  bids: { name: 'bids', orderingKey: bidOrderingKey, decide: decideBid },
  conversations: { name: 'conversations', orderingKey: chatOrderingKey, decide: decideMessage },
};

export function watchEffects({ clientOf, cacheUrl, clock }: EffectsWatchOptions): EffectsWatch {
  const before = new Set<string>();
  const inbox = inboxCheck(clientOf, before);
  const mails = mailsCheck();
  const cache = cacheCheck(clock);
  let bookings: Environment | undefined;
  return {
    async before(environments, tablesOf) {
      const tables = new Set(environments.flatMap(({ SESSIONS_TABLE: table }) => table ?? []));
      for (const table of tables) {
        const client = tablesOf(table);
        if (client === undefined) continue;
        for (const digest of await inboxDigests(client, table)) before.add(digest);
      }
    },
    take(environment, records) {
      const service = environment['POWERTOOLS_SERVICE_NAME'] ?? '';
      const notifying = NOTIFYING[service];
      if (notifying !== undefined) inbox.take(notifying, environment, records);
      if (service === 'analysis-results') cache.take(environment, records);
      if (service !== 'bookings') return;
      bookings = environment;
      mails.take(environment, records);
    },
    sent: (mail) => mails.sent(mail),
    async compare() {
      return {
        inbox: await inbox.compare(),
        ratings: bookings === undefined ? finding(0, []) : await compareRatings(clientOf, bookings),
        cache: cacheUrl === undefined ? finding(0, []) : await cache.compare(clientOf, cacheUrl),
        mails: await mails.compare(clientOf),
      };
    },
  };
}
