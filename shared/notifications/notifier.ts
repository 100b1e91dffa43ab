/** Carries out what a change means for people: each of its notifications once, however often the change is delivered. */
import { LANES, type Once } from '../idempotency/once.ts';
import { inOrder } from '../stream/in-order.ts';
import type { Outcome } from '../stream/outcome.ts';
import type { BatchContext, CarryOut } from '../stream/processor.ts';
import { type Deliver, type DeliveryPorts, deliveryOf } from './delivery.ts';
import type { Notice } from './notification.ts';

export interface NotifierPorts extends DeliveryPorts {
  readonly once: Once;
}

/** What a change means: its notices, at least one, and what the business counts when they have gone out. */
export interface NotifyEffect {
  readonly notices: readonly [Notice, ...Notice[]];
  readonly counts: readonly BusinessCount[];
}

export interface BusinessCount {
  readonly name: string;
  /** Values of closed sets. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** @param processor the name of the processor whose events these are; part of every inbox row's key */
export function notifier(processor: string, ports: NotifierPorts): CarryOut<NotifyEffect> {
  const deliveries = new WeakMap<BatchContext, Deliver>();
  return inOrder<NotifyEffect>(
    async ({ change, effect }, context) => {
      const deliver = deliveries.get(context) ?? deliveryOf(ports, context);
      deliveries.set(context, deliver);
      const { eventId, createdAtMs: eventMs = 0 } = change;
      const outcomes: Outcome[] = [];
      for (const notice of effect.notices) {
        const { recipient, notification } = notice;
        const key = { eventId, recipient, kind: notification.type };
        const outcome = await ports.once(key, context, async (signal) => {
          await deliver(notice, { processor, eventId, eventMs }, signal);
          return { kind: 'applied' };
        });
        outcomes.push(outcome);
      }
      const outcome = combined(outcomes);
      if (outcome.kind === 'applied')
        for (const { name, dimensions } of effect.counts) ports.measure(name, 'count', 1, dimensions);
      return outcome;
    },
    { lanes: LANES },
  );
}

/** Unsettled while any notice is; a duplicate only if all of them are. */
function combined(outcomes: readonly Outcome[]): Outcome {
  return (
    outcomes.find(({ kind }) => kind === 'transient') ??
    outcomes.find(({ kind }) => kind !== 'duplicate') ?? { kind: 'duplicate' }
  );
}
