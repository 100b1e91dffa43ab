/**
 * How a history of analysis results ends for the cache: what lies under every key, the positions among them, until when, and what
 * became letters. Once as it happens, record by record, and once long after, when only the items say what is so.
 */
import type { DynamoDBRecord } from 'aws-lambda';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { analysisResultsProcessor } from '../../processors/analysis-results/processor.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { embeddedRedis } from '../support/embedded-redis.ts';
import { letterBox } from '../support/letters.ts';
import { replayDirect } from '../support/replay.ts';

export async function cached(records: readonly object[]): Promise<unknown> {
  return { asItHappens: await asItHappens(records), longAfter: await longAfter(records) };
}

async function asItHappens(records: readonly object[]): Promise<unknown> {
  const world = worldAt(Math.min(...records.map(timeMs)));
  for (const record of records) {
    const ms = timeMs(record) + LAG_MS - world.clock.now();
    if (ms > 0) await world.clock.advance(ms);
    world.write(record);
    await world.replay([record]);
  }
  return world.end();
}

async function longAfter(records: readonly object[]): Promise<unknown> {
  const world = worldAt(Date.parse('2026-06-01T00:00:00Z'));
  for (const record of records) world.write(record);
  await world.replay(records);
  return world.end();
}

const LAG_MS = 1_000;

function worldAt(startMs: number) {
  const clock = new VirtualClock(startMs);
  const redis = embeddedRedis(clock);
  const items = new Map<string | undefined, unknown>();
  const sink = letterBox();
  const processor = analysisResultsProcessor({
    redis,
    readItems: async (keys) => keys.map(({ id }) => (items.has(id) ? decodeImage(items.get(id)) : undefined)),
  });
  const handler = streamHandler(processor, { clock, random: () => 0.5, sink, reporter: { report() {} } });
  const keys = () => (redis.ask('KEYS', '*') as readonly string[]).toSorted();
  const untilMs = (key: string) => clock.now() + Number(redis.ask('PTTL', key));
  return {
    clock,
    /** The table has it before its stream tells of it. */
    write(record: object): void {
      const { dynamodb } = record as DynamoDBRecord;
      const id = dynamodb?.Keys?.['id']?.S;
      if (dynamodb?.NewImage === undefined) items.delete(id);
      else items.set(id, dynamodb.NewImage);
    },
    replay: (some: readonly object[]) => replayDirect(handler, some, { clock, batchSize: 2 }),
    end: () => ({
      cache: keys().map((key) => ({ key, value: redis.ask('GET', key), until: at(untilMs(key)) })),
      letters: sink.letters.map(({ record, error }) => ({
        event: (record as DynamoDBRecord).eventID,
        code: error.code,
      })),
    }),
  };
}

const at = (ms: number) => new Date(ms).toISOString();

function timeMs(record: object): number {
  return ((record as DynamoDBRecord).dynamodb?.ApproximateCreationDateTime ?? 0) * 1_000;
}
