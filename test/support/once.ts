/** `once` on a virtual clock and a table in memory, with invocations that end or crash as told. */
import { VirtualClock } from '../../local/virtual-clock.ts';
import type { EffectOutcome, GuardedEffect } from '../../shared/idempotency/bounded-effect.ts';
import type { EventKey } from '../../shared/idempotency/event-key.ts';
import { createIdempotency } from '../../shared/idempotency/idempotency.ts';
import type { OnceNotice, OncePorts } from '../../shared/idempotency/once.ts';
import { sleep } from '../../shared/time/clock.ts';
import { batchContext } from './batch-context.ts';
import { memoryClaimTable } from './claim-table.ts';

export const applied: EffectOutcome = { kind: 'applied' };
export const down: EffectOutcome = { kind: 'transient', failure: { code: 'DOWN' } };

export function onceSetUp(ports: Partial<OncePorts> = {}) {
  const clock = new VirtualClock(1_700_000_000_000);
  const table = memoryClaimTable();
  const notices: OnceNotice[] = [];
  let ids = 0;
  const { once, recall } = createIdempotency({
    processor: 'bids',
    table,
    newId: () => `id${ids++}`,
    notice: (notice) => notices.push(notice),
    ...ports,
  });
  const log: string[] = [];
  return {
    clock,
    table,
    notices,
    once,
    recall,
    log,
    invocation: (deadlineMs = 50_000) => batchContext({ clock, deadlineMs }),
    /** As one that an operator replays records with. */
    replaying: (replay: string) => ({ ...batchContext({ clock, redriven: true }), replay }),
    /** Its time stands still from now on, like that of a process that is gone: it neither completes nor gives back. */
    crashing: (deadlineMs = 50_000) => batchContext({ clock: new VirtualClock(clock.now()), deadlineMs }),
    /** Notes that it ran, and ends as told after some time. */
    effect:
      (name: string, outcome: EffectOutcome = applied, ms = 0): GuardedEffect =>
      async () => {
        log.push(name);
        if (ms > 0) await sleep(clock, ms);
        return outcome;
      },
    key: (eventId = 'e1'): EventKey => ({ eventId }),
  };
}
