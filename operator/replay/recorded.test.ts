/** A recording as the door takes it: every record once, in requests that fit. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { streamRecord } from '../../test/support/record.ts';
import { recordedBatches } from './recorded.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-recorded-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(records: readonly unknown[]): string {
  const file = join(folder, 'recording.jsonl');
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return file;
}

async function numbers(records: readonly unknown[], limit?: number): Promise<readonly number[][]> {
  const batches = await Array.fromAsync(recordedBatches(fileOf(records), limit));
  return batches.map((batch) => batch.map(({ number }) => number));
}

const small = (count: number) => Array.from({ length: count }, (_, n) => ({ eventID: `e${n + 1}` }));

test('a request holds a hundred records', async () => {
  const batches = await numbers(small(250));
  expect(batches.map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(batches.flat()).toEqual(small(250).map((_, index) => index + 1));
});

test('a limit ends it with just as many', async () => {
  expect((await numbers(small(250), 150)).map(({ length }) => length)).toEqual([100, 50]);
  expect(await numbers(small(3), 1)).toEqual([[1]]);
});

test('a request holds six megabytes as they are sent, each by itself', async () => {
  const large = { text: 'क'.repeat(850_000) };
  expect(await numbers([large, large, large, large, large])).toEqual([[1, 2], [3, 4], [5]]);
});

test('a record comes with what people tell it by', async () => {
  const record = { ...streamRecord({ eventID: 'e1', at: 1_700_000_000.123 }) };
  const [[known, unknown] = []] = await Array.fromAsync(recordedBatches(fileOf([record, { odd: true }])));
  expect(known).toEqual({
    number: 1,
    json: JSON.stringify(record),
    eventId: 'e1',
    sequenceNumber: '100000000000000000001',
    key: 'PK=PRODUCT#p1 SK=DETAILS',
    table: 'ek-bharath-products',
    createdMs: 1_700_000_000_123,
  });
  expect(unknown).toMatchObject({
    number: 2,
    eventId: undefined,
    key: undefined,
    table: undefined,
    createdMs: 0,
  });
});
