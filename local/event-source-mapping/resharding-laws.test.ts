/** What holds while shards end and go on in others, the mapping is disabled and enabled, and the function takes its time: found out at random. */

import { expect } from 'vitest';
import { sleep } from '../../shared/time/clock.ts';
import { fc, test } from '../../test/support/property.ts';
import type { InvokeResult } from './index.ts';
import { mappingUnderTest, QUEUE, record, reports, SHARD, sequence, succeeds, throws } from './testing.ts';

const KEYS = [0, 1, 2, 3];

const settings = fc.record({
  BatchSize: fc.integer({ min: 1, max: 5 }),
  MaximumBatchingWindowInSeconds: fc.constantFrom(0, 1),
  ParallelizationFactor: fc.integer({ min: 1, max: 3 }),
  BisectBatchOnFunctionError: fc.boolean(),
  MaximumRetryAttempts: fc.integer({ min: 0, max: 2 }),
  FunctionResponseTypes: fc.constant(['ReportBatchItemFailures']),
  DestinationConfig: fc.constant({ OnFailure: { Destination: QUEUE } }),
  // A record of the key 3 is none that the function gets, on some mappings.
  FilterCriteria: fc.constantFrom(
    { Filters: [] },
    {
      Filters: [
        {
          Pattern:
            '{"dynamodb":{"Keys":{"PK":{"S":[{"prefix":"item-0"},{"prefix":"item-1"},{"prefix":"item-2"}]}}}}',
        },
      ],
    },
  ),
});

/** Writes, and what happens to the stream and the mapping before each. */
const history = fc.array(
  fc.record({
    key: fc.constantFrom(...KEYS),
    afterMs: fc.constantFrom(0, 0, 5, 40, 1_500),
    first: fc.constantFrom('nothing', 'nothing', 'nothing', 'split', 'hand-on', 'disable', 'enable'),
  }),
  { maxLength: 30 },
);

/** How one invocation after the other ends, and how long it takes. */
const answers = fc.infiniteStream(
  fc.record({
    how: fc.constantFrom('succeed', 'succeed', 'throw', 'report', 'throttle'),
    forMs: fc.constantFrom(0, 10, 300),
  }),
);

test.prop([settings, history, answers, fc.boolean()])(
  'no item is in two invocations at once or out of order, a child waits for its parent, nothing comes again that was done, and all is counted',
  async (properties, writes, moods, refuse) => {
    const broken: string[] = [];
    const underWay = new Set<number>();
    const done = new Set<number>();
    const keyOf = (n: number) => writes[n - 1]?.key ?? -1;
    let isEnabled = true;
    const subject = mappingUnderTest(
      properties,
      async (batch, { shardId }): Promise<InvokeResult> => {
        if (!isEnabled) broken.push(`${batch} came while the mapping was disabled`);
        for (const n of batch) {
          if (done.has(n)) broken.push(`${n} came again`);
          if (shardOf.get(n) !== shardId) broken.push(`${n} came as of ${shardId}`);
        }
        const keys = new Set(batch.map(keyOf));
        for (const key of keys) if (underWay.has(key)) broken.push(`two invocations have ${key}`);
        for (const key of keys) underWay.add(key);
        const { how, forMs } = moods.next().value ?? { how: 'succeed', forMs: 0 };
        await sleep(subject.clock, forMs);
        for (const key of keys) underWay.delete(key);
        const failing =
          how === 'report' ? Math.floor(batch.length / 2) : how === 'succeed' ? batch.length : 0;
        for (const n of batch.slice(0, failing)) done.add(n);
        if (how === 'throttle') return { kind: 'throttled' };
        if (how === 'throw') return throws;
        return how === 'succeed' ? succeeds : reports(...batch.slice(failing));
      },
      { refuse },
    );
    const { mapping, clock, events, invocations, deliveries } = subject;
    const shardOf = new Map<number, string>();
    const parents = new Map<string, string>();
    let open = [{ id: SHARD, keys: KEYS }];
    const goOn = (into: 1 | 2) => {
      open = open.flatMap(({ id, keys }) => {
        const half = Math.ceil(keys.length / into);
        const parts = [keys.slice(0, half), keys.slice(half)].filter((part) => part.length > 0);
        mapping.closeShard(id);
        return parts.map((part) => {
          const child = { id: `shard-${parents.size + 1}`, keys: part };
          parents.set(child.id, id);
          mapping.addShard({ shardId: child.id, parentShardId: id });
          return child;
        });
      });
    };
    mapping.enable();
    for (const [index, { key, afterMs, first }] of writes.entries()) {
      await clock.advance(afterMs);
      if (first === 'split') goOn(2);
      if (first === 'hand-on') goOn(1);
      if (first === 'disable') mapping.disable();
      if (first === 'enable') mapping.enable();
      if (first === 'disable' || first === 'enable') isEnabled = first === 'enable';
      const { id } = open.find(({ keys }) => keys.includes(key)) ?? { id: '' };
      shardOf.set(index + 1, id);
      mapping.append(id, [record(index + 1, { key: `item-${key}` })]);
    }
    isEnabled = true;
    mapping.enable();
    await subject.idle();

    expect(broken).toEqual([]);
    expect(mapping.backlog()).toMatchObject({ records: 0, inFlight: 0 });
    const lastOf = new Map([...shardOf].map(([n, id]) => [id, sequence(n)]));
    expect(mapping.checkpoints()).toEqual(Object.fromEntries(lastOf));

    const heard = [...new Set(invocations.flatMap(({ batch }) => batch))];
    for (const key of KEYS) {
      const ofItem = heard.filter((n) => keyOf(n) === key);
      expect(ofItem).toEqual(ofItem.toSorted((a, b) => a - b));
    }
    const order = invocations.flatMap(({ batch }) => [...new Set(batch.map((n) => shardOf.get(n) ?? ''))]);
    for (const [child, parent] of parents)
      if (order.includes(child)) expect(order.lastIndexOf(parent)).toBeLessThan(order.indexOf(child));

    const isFiltered = (properties.FilterCriteria.Filters.length > 0) as boolean;
    const filtered = isFiltered ? writes.filter(({ key }) => key === 3).length : 0;
    const discarded = events.flatMap((one) => (one.kind === 'discarded' ? one.sequenceNumbers : [])).length;
    expect(mapping.metrics()).toMatchObject({
      PolledEventCount: writes.length,
      FilteredOutEventCount: filtered,
      InvokedEventCount: invocations.flatMap(({ batch }) => batch).length,
      DroppedEventCount: refuse ? discarded : 0,
      OnFailureDestinationDeliveredEventCount: refuse ? 0 : discarded,
    });
    expect(heard.length).toBe(writes.length - filtered);
    expect(done.size + discarded).toBe(writes.length - filtered);
    expect(deliveries.length).toBe(refuse ? 0 : events.filter(({ kind }) => kind === 'discarded').length);
  },
);
