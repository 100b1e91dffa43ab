/** What holds for every mapping, stream and function: found out with random ones. */

import { expect } from 'vitest';
import { fc, test } from '../../test/support/property.ts';
import type { InvokeResult } from './index.ts';
import {
  mappingUnderTest,
  ordinal,
  QUEUE,
  record,
  reports,
  SHARD,
  sequence,
  succeeds,
  throws,
} from './testing.ts';

const settings = fc.record({
  BatchSize: fc.integer({ min: 1, max: 7 }),
  MaximumBatchingWindowInSeconds: fc.constantFrom(0, 3),
  ParallelizationFactor: fc.integer({ min: 1, max: 4 }),
  BisectBatchOnFunctionError: fc.boolean(),
  MaximumRetryAttempts: fc.integer({ min: 0, max: 3 }),
  FunctionResponseTypes: fc.constantFrom([], ['ReportBatchItemFailures']),
});
/** For each record the key of its item, whether it is poison, and how long after its predecessor it comes. */
const stream = fc.array(
  fc.record({
    key: fc.integer({ min: 0, max: 5 }),
    isBad: fc.boolean(),
    afterMs: fc.constantFrom(0, 0, 10, 900),
  }),
  { maxLength: 40 },
);
const answers = fc.infiniteStream(fc.constantFrom('throw', 'report', 'throttle', 'nonsense'));

test.prop([settings, stream, answers])(
  'every record is done or given up, exactly once given up, in order for its item, and the checkpoint ends at the last one',
  async (properties, history, moods) => {
    const isBad = (n: number) => history[n - 1]?.isBad ?? false;
    const { mapping, clock, invocations, bodies, events, idle } = mappingUnderTest(
      { ...properties, DestinationConfig: { OnFailure: { Destination: QUEUE } } },
      (batch): InvokeResult => {
        if (!batch.some(isBad)) return succeeds;
        const mood = moods.next().value;
        if (mood === 'report') return reports(...batch.filter(isBad));
        if (mood === 'throttle') return { kind: 'throttled' };
        if (mood === 'nonsense') return { kind: 'returned', payload: { batchItemFailures: [{}] } };
        return throws;
      },
    );
    mapping.enable();
    for (const [index, { key, afterMs }] of history.entries()) {
      if (afterMs > 0) await clock.advance(afterMs);
      mapping.append(SHARD, [record(index + 1, { key: `item-${key}` })]);
    }
    mapping.closeShard(SHARD);
    await idle();

    const last = history.length;
    expect(mapping.checkpoints()).toEqual(last === 0 ? {} : { [SHARD]: sequence(last) });
    expect(mapping.backlog().records).toBe(0);
    const delivered = new Set(invocations.flatMap(({ batch }) => batch));
    expect(delivered.size).toBe(last);

    const lost = events.flatMap((event) =>
      event.kind === 'discarded' ? event.sequenceNumbers.map(ordinal) : [],
    );
    expect(new Set(lost).size).toBe(lost.length);
    expect(bodies().length).toBe(events.filter(({ kind }) => kind === 'discarded').length);
    for (const n of lost) if (properties.BisectBatchOnFunctionError) expect(isBad(n)).toBe(true);

    const checkpoints = events.flatMap((event) =>
      event.kind === 'checkpoint' ? [ordinal(event.sequenceNumber)] : [],
    );
    expect(checkpoints).toEqual([...new Set(checkpoints)].toSorted((a, b) => a - b));

    const firsts = [...delivered];
    for (let key = 0; key <= 5; key++) {
      const ofItem = firsts.filter((n) => history[n - 1]?.key === key);
      expect(ofItem).toEqual(ofItem.toSorted((a, b) => a - b));
    }
  },
);
