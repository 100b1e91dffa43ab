/** What holds up a mapping on this machine is told by the run, and the record that it names is read and judged. */
import { afterEach, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../../local/gateway/gateway.ts';
import type { FailingBatch } from '../../local/streams/failing-batches.ts';
import type { MappingStatus, RunningMapping } from '../../local/streams/running-mapping.ts';
import { renderStuck } from './render.ts';
import { clock, find } from './testing.ts';

let gateway: Gateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

/** A run on this machine whose mapping is as given, beside another one. */
async function runOf(status: Partial<MappingStatus>): Promise<string> {
  const one = (id: string, given: Partial<MappingStatus>) =>
    ({ status: () => ({ id, failing: [], records: 0, ...given }) }) as unknown as RunningMapping;
  gateway = await startGateway({
    clock,
    invoke: async () => undefined,
    mappings: () => [
      one('another', { failing: [failing({ shardId: 'not this one' })] }),
      one('uuid', status),
    ],
    warn: () => {},
  });
  return gateway.url;
}

const failing = (parts: Partial<FailingBatch> = {}): FailingBatch => ({
  shardId: 'one',
  requestId: 'r',
  attempts: 4,
  outcome: 'partial',
  sequenceNumber: String('b'.charCodeAt(0)),
  records: 2,
  since: '2026-03-17T09:00:00.000Z',
  last: '2026-03-17T09:10:00.000Z',
  ...parts,
});

test('on this machine the run names the batch, and the record that it fails at is read and judged', async () => {
  const gatewayUrl = await runOf({
    failing: [failing(), failing({ shardId: 'two', sequenceNumber: String('e'.charCodeAt(0)) })],
    lastFailures: { codes: { SEARCH_403: 2 } } as never,
    oldestAgeMs: 60_000,
  });
  const shards = { one: { ids: { a: 6, b: 5, c: 4 } }, two: { ids: { d: 3, e: 2 } } };
  const { stuck, notes, keys, asked } = await find({ shards, missing: ['b'], gatewayUrl });
  expect(keys).toEqual(['one: id=b', 'two: id=e']);
  expect(asked).toEqual(['b', 'e']);
  expect(stuck.map(({ verdict }) => verdict?.kind)).toEqual(['apply', 'already-applied']);
  expect(stuck[0]).toMatchObject({
    batch: failing(),
    codes: { SEARCH_403: 2 },
    untilGivenUpMs: expect.any(Number),
  });
  expect(notes).toEqual([]);
  expect(renderStuck(stuck[0] ?? never())).toMatch(/its batch +2 records, failing since .* attempt 4/);
});

test('a batch whose record cannot be read any more is told all the same', async () => {
  const gatewayUrl = await runOf({ failing: [failing({ shardId: 'broken' })] });
  const { stuck, notes } = await find({ shards: { broken: { ids: {} } }, gatewayUrl });
  expect(stuck).toMatchObject([{ shardId: 'broken', batch: { attempts: 4 } }]);
  expect(notes).toEqual(['bids: the record at 98 could not be read (AccessDeniedException)']);
});

test('a batch that fails as a whole is told without a record', async () => {
  const { sequenceNumber: _, ...whole } = failing({ outcome: 'error', errorType: 'Runtime.OutOfMemory' });
  const gatewayUrl = await runOf({ failing: [whole] });
  const { stuck, asked } = await find({ shards: { one: { ids: { a: 6 } } }, gatewayUrl });
  expect(stuck).toMatchObject([{ shardId: 'one', batch: { errorType: 'Runtime.OutOfMemory' } }]);
  expect(stuck[0]).not.toHaveProperty('record');
  expect(asked).toEqual([]);
});

test.each([
  [5_000, 1],
  [4_999, 0],
])(
  'records that wait for %i ms while no batch has failed are said to wait: %i',
  async (oldestAgeMs, lines) => {
    const gatewayUrl = await runOf({ records: 12, oldestAgeMs });
    const { notes, stuck } = await find({ shards: {}, gatewayUrl });
    expect(stuck).toEqual([]);
    expect(notes).toEqual(
      Array(lines).fill(expect.stringMatching(/^bids: 12 records not done with, .* 5 s, /)),
    );
  },
);

function never(): never {
  throw new Error('nothing is held up');
}
