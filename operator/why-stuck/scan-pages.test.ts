/** A shard is looked at page by page, with pauses, and comes to an end: at what is missing, at the limit, at now, where nothing comes any more, or by an interrupt. */
import { GetRecordsCommand, type _Record as StreamsRecord } from '@aws-sdk/client-dynamodb-streams';
import { expect, test } from 'vitest';
import type { Verdict } from '../../shared/stream/verdict.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { recordFacts } from '../dead-letters/record-facts.ts';
import type { DoorRecord } from '../redrive/door.ts';
import { type ShardScanOptions, scanShard } from './scan-shard.ts';

const NOW = Date.parse('2026-03-17T09:30:00.000Z');
const HOUR = 3_600_000;

/** Of an hour ago, or as old as that; null: it has no time. */
function record(id: string, ageMs: number | null = HOUR): StreamsRecord {
  return {
    eventID: id,
    eventName: 'INSERT',
    dynamodb: {
      Keys: { id: { S: id } },
      SequenceNumber: id.replace(/\D/g, '') || '1',
      ...(ageMs === null ? {} : { ApproximateCreationDateTime: new Date(NOW - ageMs) }),
    },
  };
}

/** The last page comes again for ever. */
async function scan(
  pages: readonly (readonly StreamsRecord[])[],
  missing: readonly string[] = [],
  changes: Partial<ShardScanOptions> = {},
) {
  let page = 0;
  const asked: string[] = [];
  const pauses: number[] = [];
  const send = async (command: unknown) =>
    command instanceof GetRecordsCommand
      ? { Records: pages[Math.min(page++, pages.length - 1)], NextShardIterator: 'i' }
      : { ShardIterator: 'i' };
  const plan = async (_: string, records: readonly DoorRecord[]) =>
    records.map(({ eventId = '' }): Verdict => {
      asked.push(eventId);
      return missing.includes(eventId) ? { kind: 'apply' } : { kind: 'gone' };
    });
  let planned = 0;
  const found = await scanShard({
    client: { send } as never,
    door: { plan },
    functionName: 'bids',
    filter: { kind: 'none' },
    streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/things/stream/2026',
    shardId: 'one',
    sinceMs: undefined,
    limit: 100,
    clock: {
      now: () => NOW,
      after(ms, run) {
        pauses.push(ms);
        return systemClock.after(0, run);
      },
    },
    signal: new AbortController().signal,
    onPlanned: (records) => {
      planned += records;
    },
    ...changes,
  });
  const key = found.kind === 'pending' ? recordFacts(found.record).key : undefined;
  return { found, key, asked, planned, pages: page, pauses };
}

test('what is missing is found on a later page, and nothing after it is read', async () => {
  const { key, pages, planned, pauses } = await scan(
    [[record('1')], [record('2'), record('3')], []],
    ['2', '3'],
  );
  expect([key, pages, planned]).toEqual(['id=2', 2, 3]);
  // The mapping needs most of what a shard answers.
  expect(Math.max(...pauses)).toBeGreaterThanOrEqual(400);
});

test('the limit is of all pages together', async () => {
  const { found, pages } = await scan([[record('1')], [record('2')], [record('3')], [record('4')]], [], {
    limit: 3,
  });
  expect(found).toEqual({ kind: 'limit', planned: 3 });
  expect(pages).toBe(3);
});

test('a stream that is written to all the time is looked at up to now', async () => {
  const { found, pages } = await scan([[record('1')], [record('2', 0)], [record('3', 0)]]);
  expect(found).toEqual({ kind: 'settled', planned: 2 });
  expect(pages).toBe(2);
});

test('a few empty pages are no end, many in a row are', async () => {
  const empty = Array<StreamsRecord[]>(8).fill([]);
  const { key } = await scan([...empty, [record('1')], ...empty, [record('2')]], ['2']);
  expect(key).toBe('id=2');
  const { found, pages } = await scan([[record('1')], []]);
  expect(found).toEqual({ kind: 'settled', planned: 1 });
  expect(pages).toBe(11);
});

test('a record without a time is not passed over, and is no sign of having come to now', async () => {
  expect((await scan([[record('1', null)], [record('2')]], ['2'])).key).toBe('id=2');
  const { key, asked } = await scan([[record('1'), record('2', null), record('3')]], ['2'], {
    sinceMs: NOW - HOUR / 2,
  });
  expect([key, asked]).toEqual(['id=2', ['2']]);
});

test('an interrupt ends it with its own reason, also while the function is asked', async () => {
  const interrupt = new AbortController();
  const plan = async () => {
    interrupt.abort(new Error('enough'));
    return [{ kind: 'unresolvable', failure: { code: 'CUT_OFF' }, passing: true } as const];
  };
  const scanning = scan([[record('1')]], [], { door: { plan }, signal: interrupt.signal });
  await expect(scanning).rejects.toThrow('enough');
});
