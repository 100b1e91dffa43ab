/** Laws of idempotency under any mix of faults, crashes and concurrent deliveries, on a virtual clock. */

import { describe, expect } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { batchContext } from '../../test/support/batch-context.ts';
import { type Fault, memoryClaimTable } from '../../test/support/claim-table.ts';
import { fc, test } from '../../test/support/property.ts';
import { sleep } from '../time/clock.ts';
import { createOnce } from './once.ts';

interface Delivery {
  readonly startsAtMs: number;
  readonly effectMs: number;
  /** Its events stand twice in its batch. */
  readonly twice: boolean;
  readonly ends: 'applied' | 'transient' | 'crash-before-effect' | 'crash-after-effect';
}

const EVENTS = ['e1', 'e2', 'e3'];

const delivery: fc.Arbitrary<Delivery> = fc.record({
  startsAtMs: fc.integer({ min: 0, max: 20_000 }),
  effectMs: fc.constantFrom(0, 1, 40, 2_000),
  twice: fc.boolean(),
  ends: fc.constantFrom('applied', 'applied', 'transient', 'crash-before-effect', 'crash-after-effect'),
});

const fault = fc.constantFrom<Fault | undefined>(
  undefined,
  undefined,
  'lost',
  'unanswered',
  'silent',
  'throttled',
);

describe('whatever fails', () => {
  test.prop([fc.array(delivery, { minLength: 1, maxLength: 5 }), fc.array(fault, { maxLength: 25 })], {
    numRuns: 150,
  })(
    'every event happens, and once, but for what crashed or could not be recorded',
    async (deliveries, faults) => {
      const clock = new VirtualClock(1_700_000_000_000);
      const table = memoryClaimTable();
      table.fault = () => faults.shift();
      const happened = new Map(EVENTS.map((event) => [event, 0]));
      let excused = 0;
      let owners = 0;
      const once = createOnce({
        processor: 'bids',
        table,
        newId: () => `invocation-${owners++}`,
        notice: (notice) => {
          if (notice === 'unrecorded') excused++;
        },
      });

      async function deliver({ startsAtMs, effectMs, twice, ends }: Delivery): Promise<void> {
        await sleep(clock, startsAtMs);
        const dies = ends === 'crash-before-effect' || ends === 'crash-after-effect';
        const context = batchContext(dies ? { clock: new VirtualClock(clock.now()) } : { clock });
        const all = (twice ? [...EVENTS, ...EVENTS] : EVENTS).map((eventId) =>
          once({ eventId }, context, async () => {
            if (ends === 'crash-before-effect') return new Promise(() => {});
            if (!dies) await sleep(clock, effectMs);
            if (ends === 'transient') return { kind: 'transient', failure: { code: 'DOWN' } };
            happened.set(eventId, (happened.get(eventId) ?? 0) + 1);
            if (ends === 'crash-after-effect') {
              excused++;
              return new Promise(() => {});
            }
            return { kind: 'applied' };
          }),
        );
        if (!dies) await Promise.all(all);
      }

      await clock.runUntil(Promise.all(deliveries.map(deliver)));
      faults.length = 0;
      await clock.runUntil(deliver({ startsAtMs: 0, effectMs: 0, twice: false, ends: 'applied' }));
      const counts = [...happened.values()];
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
      expect(counts.reduce((sum, count) => sum + count - 1, 0)).toBeLessThanOrEqual(excused);
      for (const { state } of table.items.values()) expect(JSON.parse(state).status).toBe('COMPLETED');
    },
  );
});
