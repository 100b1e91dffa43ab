/**
 * Do the inboxes hold exactly what the changes mean? Every record of bids and conversations is decided here too, by the processor's
 * own rule, and each of its notifications must be a row, with what it says: no row missing, none too many.
 */
import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { inboxRow } from '../../../shared/notifications/inbox.ts';
import type { NotifyEffect } from '../../../shared/notifications/notifier.ts';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import type { Change } from '../../../shared/stream/change.ts';
import { decodeRecord } from '../../../shared/stream/decode.ts';
import { notBeforeMs } from '../../../shared/stream/not-before.ts';
import type { Decision } from '../../../shared/stream/processor.ts';
import { digestOf, plain } from '../canonical.ts';
import { type Finding, finding } from './finding.ts';

export interface NotifyingProcessor {
  readonly name: string;
  readonly orderingKey: (change: Change) => string | undefined;
  readonly decide: (change: Change) => Decision<NotifyEffect>;
}

export interface InboxCheck {
  /** @param environment of the function that the records go to */
  take(
    processor: NotifyingProcessor,
    environment: Readonly<Record<string, string>>,
    records: readonly unknown[],
  ): void;
  compare(): Promise<Finding>;
}

/**
 * @param clientOf of the engine that holds a table
 * @param before digests of the rows of earlier runs
 */
export function inboxCheck(
  clientOf: (table: string) => DynamoDBClient | undefined,
  before: ReadonlySet<string>,
): InboxCheck {
  /** By digest: the sort key, which says what it is of. */
  const expected = new Map<string, string>();
  const tables = new Set<string>();
  return {
    take({ name, orderingKey, decide }, environment, records) {
      tables.add(environment['SESSIONS_TABLE'] ?? '');
      const startMs = notBeforeMs(environment['NOT_BEFORE']);
      for (const record of records) {
        const decoded = decodeRecord(record, 'new-and-old');
        if (!decoded.ok || orderingKey(decoded.change) === undefined) continue;
        const { eventId, createdAtMs: eventMs = 0 } = decoded.change;
        if (startMs !== undefined && eventMs < startMs) continue;
        const decision = decide(decoded.change);
        if (decision.kind !== 'effect') continue;
        for (const { recipient, notification } of decision.effect.notices) {
          const { ttl: _ttl, ...row } = inboxRow(
            { processor: name, eventId, eventMs, recipient, notification },
            eventMs,
          );
          expected.set(digestOf(plain(row)), row.SK);
        }
      }
    },
    async compare() {
      const missing = new Map(expected);
      const differences: string[] = [];
      for (const table of tables) {
        const client = clientOf(table);
        if (client === undefined) continue;
        for await (const { key, digest } of inboxRows(client, table))
          if (!missing.delete(digest) && !before.has(digest))
            differences.push(`${key}: is in the inbox, and no record says so`);
      }
      for (const key of missing.values()) differences.push(`${key}: is not in its inbox as its record says`);
      return finding(expected.size, differences);
    },
  };
}

/** Digests of all rows that are there. */
export async function inboxDigests(client: DynamoDBClient, table: string): Promise<Set<string>> {
  const digests = new Set<string>();
  for await (const { digest } of inboxRows(client, table)) digests.add(digest);
  return digests;
}

async function* inboxRows(client: DynamoDBClient, table: string) {
  const pages = paginateScan(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      FilterExpression: 'begins_with(PK, :inbox)',
      ExpressionAttributeValues: { ':inbox': { S: 'NOTIFICATION#' } },
    },
  );
  for await (const page of pages) {
    for (const item of page.Items ?? []) {
      const { ttl: _ttl, ...row } = decodeImage(item);
      yield { key: String(row.SK), digest: digestOf(plain(row)) };
    }
  }
}
