/** The recorded products stream through the shipped processor: every case ends as it says, and the market day as its table, whatever happens on the way. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productCases } from '../../fixtures/generate/products/cases/index.ts';
import { readFixture } from '../../fixtures/read.ts';
import { isBulk, queueFull, refused } from '../../local/search-engine/index.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import type { Outcome } from '../../shared/stream/outcome.ts';
import { productsReplay } from '../support/products-replay.ts';
import { replayDirect, replayThroughMapping } from '../support/replay.ts';

const MARKET_DAY = join(import.meta.dirname, '..', '..', 'fixtures', 'products', 'market-day.jsonl.gz');
const SECOND_MS = 1_000;
const DAY_MS = 24 * 3_600_000;

/** Milliseconds: when the last record was made, as far as records say. */
function lastMs(records: readonly object[]): number {
  const seconds = records.map((record) => {
    const { dynamodb } = record as { dynamodb?: { ApproximateCreationDateTime?: number } };
    return dynamodb?.ApproximateCreationDateTime ?? 0;
  });
  return Math.max(1, ...seconds) * 1_000;
}

function endOf({ kind }: Outcome): string {
  return kind === 'poison' || kind === 'ignored' ? kind : 'applied';
}

describe.each([
  ['live, record by record', SECOND_MS, 1],
  ['live, in one batch', SECOND_MS, 1_000],
  ['a day late, in one batch', DAY_MS, 1_000],
])('%s, a case ends as it says:', (_, delayMs, batchSize) => {
  it.each(productCases)('$name, $about', async ({ records, ends }) => {
    const clock = new VirtualClock(lastMs(records) + delayMs);
    const { handler, outcomes, letters, index, wanted } = productsReplay(records, clock);
    const answers = await replayDirect(handler, records, { clock, batchSize });
    expect(outcomes.map(endOf)).toEqual(ends);
    expect(letters.map(({ record }) => record)).toEqual(records.filter((_, at) => ends[at] === 'poison'));
    expect(answers).toEqual(answers.map(() => ({ batchItemFailures: [] })));
    if (!ends.includes('poison')) expect(index.documents()).toEqual(wanted());
    index.close();
  });
});

it.each(productCases.filter(({ records, ends }) => records.length > 1 && !ends.includes('poison')))(
  '$name ends as its table also where the first record comes again behind the last, in one batch with the others',
  async ({ records }) => {
    const clock = new VirtualClock(lastMs(records) + SECOND_MS);
    const { handler, index, wanted } = productsReplay(records, clock);
    const [first, ...later] = records;
    if (first === undefined) throw new Error('a case has records');
    await replayDirect(handler, [first], { clock, batchSize: 1 });
    await replayDirect(handler, [...later, first], { clock, batchSize: records.length });
    expect(index.documents()).toEqual(wanted());
    index.close();
  },
);

describe('the market day', () => {
  const mapping = {
    BatchSize: 1_000,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 432,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  };

  it('ends as its table, though functions die and the engine’s queue is full now and then', async () => {
    const records = await Array.fromAsync(readFixture(MARKET_DAY));
    const clock = new VirtualClock(lastMs(records) + DAY_MS);
    let bulks = 0;
    const replay = productsReplay(records, clock, (request) =>
      isBulk(request) && bulks++ % 5 === 3 ? refused(queueFull()) : undefined,
    );
    const givenUp = await replayThroughMapping(replay.handler, records, {
      clock,
      mapping,
      shards: 3,
      crash: (invocation) => (invocation % 7 === 2 ? 'before' : invocation % 7 === 5 ? 'after' : undefined),
    });
    expect(givenUp).toEqual([]);
    expect(replay.letters).toEqual([]);
    const wanted = replay.wanted();
    const documents = replay.index.documents();
    expect(documents.size).toBe(wanted.size);
    expect([...wanted].filter(([id, document]) => documents.get(id) !== document)).toEqual([]);
    replay.index.close();
  });
});
