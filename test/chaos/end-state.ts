/** The checks of the local run, held against all that ever came out of the streams, read anew from their beginning at the end. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Mail } from '../../local/gateway/index.ts';
import { mailName } from '../../local/report/effects/mails.ts';
import { type Effects, watchEffects } from '../../local/report/effects/watch-effects.ts';
import { type Comparison, compareIndexWithTable } from '../../local/report/index-equals-table.ts';
import { readShard } from '../../local/streams/shard-reader.ts';
import { listShards } from '../../local/streams/stream-shards.ts';
import { toEventRecord } from '../../shared/stream/event-record.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { SystemUp } from './system.ts';

export interface EndStateOptions {
  readonly up: SystemUp;
  readonly clientOf: (table: string) => DynamoDBClient | undefined;
  readonly endpointOf: (table: string) => string;
  readonly region: string;
  readonly searchUrl: string;
  readonly cacheUrl: string;
  readonly mailFolder: string;
  readonly clock: Clock;
  /** Might a mail of that moment have been sent without its sender learning of it? */
  readonly mayBeRepeated: (sentAtMs: number) => boolean;
}

export interface EndState {
  /** Records that came out of the streams. */
  readonly records: number;
  readonly index: Comparison;
  readonly effects: Effects;
  readonly mails: MailsEnd;
}

export interface MailsEnd {
  readonly missing: number;
  /** Sent twice, and a fault beside the first of them says why: SES takes no idempotency token. */
  readonly repeated: number;
  /** Sent too often, and no fault says why. */
  readonly unexplained: number;
}

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export async function readEndState(options: EndStateOptions): Promise<EndState> {
  const { up, clientOf, clock, cacheUrl, searchUrl, mailFolder } = options;
  const effects = watchEffects({ clientOf, cacheUrl, clock });
  let records = 0;
  for (const { table, streamArn, services } of up.streams) {
    const read = await readStream(table, streamArn, options);
    records += read.length;
    for (const environment of up.environments)
      if (services.includes(environment['POWERTOOLS_SERVICE_NAME'] ?? '')) effects.take(environment, read);
  }
  const sent = readMails(mailFolder);
  for (const mail of sent) effects.sent(mail);
  const found = await effects.compare();
  const { table, alias } = up.products;
  const dynamodb = clientOf(table);
  if (dynamodb === undefined) throw new Error(`chaos: there is no client for ${table}`);
  const index = await compareIndexWithTable({ dynamodb, table, searchUrl, alias });
  const mails = judgeMails(sent, found.mails, options.mayBeRepeated);
  return { records, index, effects: found, mails };
}

async function readStream(
  table: string,
  streamArn: string,
  { endpointOf, region, clock }: EndStateOptions,
): Promise<readonly Record<string, unknown>[]> {
  const client = new DynamoDBStreamsClient({ region, endpoint: endpointOf(table), credentials: CREDENTIALS });
  const found: Record<string, unknown>[] = [];
  try {
    for (const { ShardId: shardId = '' } of await listShards(
      client,
      streamArn,
      new AbortController().signal,
    )) {
      const atEnd = new AbortController();
      await readShard({
        client,
        clock,
        streamArn,
        shardId,
        signal: atEnd.signal,
        async onPage(page) {
          if (page.length === 0) atEnd.abort();
          for (const record of page) found.push(toEventRecord(record, streamArn));
        },
        warn: () => {},
      });
    }
  } finally {
    client.destroy();
  }
  return found;
}

function readMails(folder: string): readonly Mail[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Mail);
}

/**
 * Of mails that nobody can tell from each other, so many may be too many as faults lay beside them: beside one that came before, not
 * beside the last.
 */
export function judgeMails(
  sent: readonly Mail[],
  { missing, tooMany }: Pick<Effects['mails'], 'missing' | 'tooMany'>,
  mayBeRepeated: (sentAtMs: number) => boolean,
): MailsEnd {
  const times = Map.groupBy(
    sent.filter((mail) => tooMany.has(mailName(mail))),
    mailName,
  );
  let repeated = 0;
  let unexplained = 0;
  for (const [name, surplus] of tooMany) {
    const all = (times.get(name) ?? []).map(({ sentAt }) => Date.parse(sentAt)).sort((a, b) => a - b);
    const wasExpected = all.length > surplus;
    const excuses = wasExpected ? all.slice(0, -1).filter(mayBeRepeated).length : 0;
    repeated += Math.min(surplus, excuses);
    unexplained += surplus - Math.min(surplus, excuses);
  }
  return { missing, repeated, unexplained };
}
