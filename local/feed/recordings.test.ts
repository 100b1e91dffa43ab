import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { marketDay, recordingOf, STREAMS } from './recordings.ts';

const line = (value: object) => `${JSON.stringify(value)}\n`;
async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}
function folder(files: Readonly<Record<string, string | Buffer>>): (name: string) => string {
  const path = mkdtempSync(join(tmpdir(), 'streamkeeper-recording-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return (name) => join(path, name);
}
const record = (n: number) => line({ eventName: 'INSERT', dynamodb: { SequenceNumber: `${n}` } });
const write = line({ beforeLine: 1, at: 0, table: 'reviews', put: { reviewId: { S: 'r' } } });

test.each([
  ['day.jsonl', 'day.writes.jsonl'],
  ['day.jsonl.gz', 'day.writes.jsonl.gz'],
])('a recording %s has the writes of %s, each time from the start', async (name, writes) => {
  const packed = (text: string) => (name.endsWith('.gz') ? gzipSync(text) : text);
  const path = folder({ [name]: packed(record(1) + record(2)), [writes]: packed(write) });
  const recording = recordingOf(path(name));
  for (const _ of ['once', 'again']) {
    expect(await all(recording.records())).toHaveLength(2);
    expect(await all(recording.writes())).toMatchObject([{ table: 'reviews' }]);
  }
});

test('a recording may lie alone, and under any name', async () => {
  const path = folder({ 'mine.json': record(1), 'alone.jsonl': record(1) });
  expect(await all(recordingOf(path('alone.jsonl')).writes())).toEqual([]);
  expect(await all(recordingOf(path('mine.json')).records())).toHaveLength(1);
  expect(await all(recordingOf(path('mine.json')).writes())).toEqual([]);
});

const NOW = Date.parse('2026-03-17T12:00:00Z');
const tablesOf = async (stream: 'analysis-results' | 'analytics') => {
  const [day] = marketDay([stream], NOW);
  const tables = new Set<string | undefined>();
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for await (const { eventSourceARN: arn, dynamodb } of day?.records() ?? []) {
    tables.add(arn?.split('/')[1]);
    const atMs = (dynamodb?.ApproximateCreationDateTime ?? 0) * 1000;
    first = Math.min(first, atMs);
    last = Math.max(last, atMs);
  }
  return { tables: [...tables].sort(), first, last };
};

test('every stream has a day', () => {
  expect(marketDay(STREAMS, NOW).map(({ name }) => name)).toEqual([...STREAMS]);
});

test('the day of analyses ends now, because analyses expire', async () => {
  const { tables, first, last } = await tablesOf('analysis-results');
  expect(tables).toHaveLength(1);
  expect(tables[0]).toContain('results');
  expect(first).toBeGreaterThanOrEqual(NOW - 24 * 3_600_000);
  expect(last).toBeGreaterThan(NOW - 6 * 3_600_000);
  expect(first).toBeLessThan(NOW - 12 * 3_600_000);
});

test('analytics follows two streams of that day, and results are none of them', async () => {
  const { tables } = await tablesOf('analytics');
  expect(tables).toHaveLength(2);
  expect(tables.join()).not.toContain('results');
});
