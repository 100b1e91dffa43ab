/** Carries out what a change means for people: each of its notifications once, however often the change is delivered. */
import type { EventKey } from '../idempotency/event-key.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import { LANES } from '../idempotency/once.ts';
import { planOnce } from '../idempotency/plan-once.ts';
import type { Recall } from '../idempotency/recall.ts';
import type { Change } from '../stream/change.ts';
import { inOrder } from '../stream/in-order.ts';
import type { Outcome } from '../stream/outcome.ts';
import type { BatchContext, CarryOut, Plan } from '../stream/processor.ts';
import { type Deliver, type DeliveryPorts, deliveryOf } from './delivery.ts';
import type { Notice } from './notification.ts';

export interface NotifierPorts extends DeliveryPorts, Idempotency {}

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
        const outcome = await ports.once(noticeKey(eventId, notice), context, async (signal) => {
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

/** A notice that was given is not given again, nor is one that an item's end has overtaken. */
export function noticePlan(recall: Recall): Plan<NotifyEffect> {
  return planOnce(recall, {
    keysOf: ({ change, effect }) => effect.notices.map((notice) => noticeKey(change.eventId, notice)),
    isOver,
  });
}

/** The item was to live until its `ttl`, in seconds: what it said is no news any more, whether it is deleted yet or not. */
function isOver({ newImage }: Change, nowMs: number): boolean {
  const ttl = newImage?.ttl;
  return typeof ttl === 'number' && ttl * 1000 <= nowMs;
}

function noticeKey(eventId: string, { recipient, notification }: Notice): EventKey {
  return { eventId, recipient, kind: notification.type };
}

/** Unsettled while any notice is; a duplicate only if all of them are. */
function combined(outcomes: readonly Outcome[]): Outcome {
  return (
    outcomes.find(({ kind }) => kind === 'transient') ??
    outcomes.find(({ kind }) => kind !== 'duplicate') ?? { kind: 'duplicate' }
  );
}
