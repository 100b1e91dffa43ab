/**
 * Is the end what the changes mean? All streams are read again from their beginning, every record is decided by the processors' own
 * rules, and index, cache, inboxes, ratings, mails and dead letters are held against that. Nothing is remembered while it runs.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type Effects, watchEffects } from '../../../local/report/effects/watch-effects.ts';
import { type Comparison, compareIndexWithTable } from '../../../local/report/index-equals-table.ts';
import { readShard } from '../../../local/streams/shard-reader.ts';
import { listShards } from '../../../local/streams/stream-shards.ts';
import { toEventRecord } from '../../../shared/stream/event-record.ts';
import type { Clock } from '../../../shared/time/clock.ts';
import type { EngineAddresses, SentMail, SystemFacts } from '../processes/messages.ts';
import { type LettersFinding, lettersCheck } from './letters.ts';

export interface EndState {
  readonly index: Comparison;
  readonly effects: Effects;
  readonly letters: LettersFinding;
  /**
   * Mails that were sent more than once. SES takes no token that would make a second request harmless: a request whose answer does not
   * come in time is made again. It must not happen where every answer comes.
   */
  readonly mailsAgain: number;
  /** But for `mailsAgain`. */
  readonly equal: boolean;
}

export interface EndStateOptions {
  readonly engines: EngineAddresses;
  readonly system: SystemFacts;
  readonly clientOf: (table: string) => DynamoDBClient | undefined;
  readonly mails: readonly SentMail[];
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export async function compareEndState(options: EndStateOptions): Promise<EndState> {
  const { engines, system, clientOf, clock, say } = options;
  const effects = watchEffects({ clientOf, cacheUrl: engines.cache, clock });
  const letters = lettersCheck();
  for (const { table, streamArn, environment } of system.streams) {
    const client = new DynamoDBStreamsClient({
      region: engines.region,
      credentials: CREDENTIALS,
      endpoint: system.tables[table] ?? '',
    });
    let records = 0;
    await readWhole(client, streamArn, clock, say, (read) => {
      records += read.length;
      effects.take(environment, read);
      letters.take(environment, read);
    });
    client.destroy();
    if (records > 0) say(`${table}: ${records} records read again`);
  }
  for (const mail of options.mails) effects.sent(asSent(mail));
  const { table, alias } = system.projection;
  const dynamodb = clientOf(table);
  if (dynamodb === undefined) throw new Error(`the template has no table ${table}`);
  const index = await compareIndexWithTable({ dynamodb, table, searchUrl: engines.search, alias });
  const found = await effects.compare();
  const ofLetters = await letters.compare(engines);
  return {
    index,
    effects: found,
    letters: ofLetters,
    mailsAgain: [...found.mails.tooMany.values()].reduce((sum, times) => sum + times, 0),
    equal:
      index.equal &&
      found.inbox.equal &&
      found.ratings.equal &&
      found.cache.equal &&
      found.mails.missing === 0 &&
      ofLetters.equal,
  };
}

/** Reads each shard until it has no more to say: nobody writes any more. */
async function readWhole(
  client: DynamoDBStreamsClient,
  streamArn: string,
  clock: Clock,
  warn: (line: string) => void,
  take: (records: readonly Record<string, unknown>[]) => void,
): Promise<void> {
  for (const { ShardId: shardId = '' } of await listShards(client, streamArn, new AbortController().signal)) {
    const end = new AbortController();
    let taken = Promise.resolve();
    const result = await readShard({
      client,
      clock,
      streamArn,
      shardId,
      signal: end.signal,
      warn,
      mostFailures: 10,
      async onPage(page) {
        if (page.length === 0) end.abort();
        await taken;
        // The next page is on its way while this one is looked at.
        taken = new Promise<void>((resolve) => setImmediate(resolve)).then(() =>
          take(page.map((record) => toEventRecord(record, streamArn))),
        );
        taken.catch(() => {});
      },
    });
    await taken;
    if (result === 'failed') throw new Error(`stream ${streamArn} cannot be read again`);
  }
}

/** What the comparison does not look at is left empty. */
function asSent(mail: SentMail): Parameters<ReturnType<typeof watchEffects>['sent']>[0] {
  return {
    messageId: '',
    sentAt: '',
    from: '',
    cc: [],
    bcc: [],
    replyTo: [],
    headers: {},
    tags: {},
    ...mail,
  };
}
