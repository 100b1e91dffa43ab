/**
 * Does the cache hold what the results table says? Of every analysis whose records came out of the stream in this run: the item as
 * JSON while it lives, nothing when it has expired or is gone. An item that cannot be cached is a dead letter, and has no say.
 */

import { paginateScan } from '@aws-sdk/client-dynamodb';
import { desiredState } from '../../../processors/analysis-results/item.ts';
import { analysisId } from '../../../processors/analysis-results/processor.ts';
import { analysisKey } from '../../../shared/cache/analysis.ts';
import { connectRedis } from '../../../shared/cache/connect.ts';
import { accepted, type Redis } from '../../../shared/cache/redis.ts';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import type { Item } from '../../../shared/stream/change.ts';
import { decodeRecord } from '../../../shared/stream/decode.ts';
import type { Clock } from '../../../shared/time/clock.ts';
import { canonical, plain } from '../canonical.ts';
import { type Finding, finding } from './finding.ts';
import type { ClientOf } from './ratings.ts';

export interface CacheCheck {
  /** @param environment of the function that the records go to */
  take(environment: Readonly<Record<string, string>>, records: readonly unknown[]): void;
  /** @param url of the cache */
  compare(clientOf: ClientOf, url: string): Promise<Finding>;
}

/** What expires about now may be there or not. */
const MARGIN_MS = 10_000;

export function cacheCheck(clock: Clock): CacheCheck {
  const touched = new Set<string>();
  let table = '';
  return {
    take(environment, records) {
      table = environment['ANALYSIS_RESULTS_TABLE'] ?? '';
      for (const record of records) {
        const decoded = decodeRecord(record, 'new');
        const id = decoded.ok ? analysisId(decoded.change) : undefined;
        if (id !== undefined) touched.add(id);
      }
    },
    async compare(clientOf, url) {
      if (touched.size === 0) return finding(0, []);
      const redis = connectRedis({ url, clock });
      try {
        return await compareAll(redis, clientOf, table, touched, clock);
      } finally {
        redis.close();
      }
    },
  };
}

async function compareAll(
  redis: Redis,
  clientOf: ClientOf,
  table: string,
  touched: ReadonlySet<string>,
  clock: Clock,
): Promise<Finding> {
  const differences: string[] = [];
  const gone = new Set(touched);
  let values = 0;
  const check = async (wanted: readonly { id: string; item?: Item }[]) => {
    const replies = await redis.send(
      wanted.map(({ id }) => ['GET', analysisKey(id)] as const),
      AbortSignal.timeout(10_000),
    );
    wanted.forEach(({ id, item }, index) => {
      const value = accepted(replies[index]);
      if (value !== null) values++;
      const difference = differenceOf(item, value, clock.now());
      if (difference !== undefined) differences.push(`${analysisKey(id)}: ${difference}`);
    });
  };
  const client = clientOf(table);
  if (client !== undefined) {
    const pages = paginateScan({ client, pageSize: 100 }, { TableName: table, ConsistentRead: true });
    for await (const page of pages) {
      const items = (page.Items ?? []).map((item) => decodeImage(item));
      await check(
        items.flatMap((item) => (gone.delete(String(item.id)) ? [{ id: String(item.id), item }] : [])),
      );
    }
  }
  const rest = [...gone].map((id) => ({ id }));
  for (let from = 0; from < rest.length; from += 100) await check(rest.slice(from, from + 100));
  return finding(values, differences);
}

/** @param item undefined where there is none */
function differenceOf(item: Item | undefined, value: unknown, nowMs: number): string | undefined {
  const desired = desiredState(item);
  if (!desired.ok) return undefined;
  const lifeMs =
    desired.effect.kind === 'evict'
      ? Number.NEGATIVE_INFINITY
      : (desired.effect.ttl ?? Number.POSITIVE_INFINITY) * 1000 - nowMs;
  if (Math.abs(lifeMs) < MARGIN_MS) return undefined;
  if (lifeMs < 0 || item === undefined) return value === null ? undefined : 'is cached, and must not be';
  if (typeof value !== 'string') return 'is not cached';
  return canonical(JSON.parse(value)) === canonical(plain(item)) ? undefined : 'is not what the table holds';
}
