/** Builders for the tests of this folder: records, and a mapping on a virtual clock that notes what it does. */
import { VirtualClock } from '../virtual-clock.ts';
import {
  createEventSourceMapping,
  type Delivery,
  type Invocation,
  type InvokeResult,
  type MappingEvent,
  type Parameters,
  parseMapping,
} from './index.ts';

/** 2026-09-17T12:58:30Z: a whole second, as AWS stamps records. */
export const EPOCH_S = 1_789_649_910;
export const SHARD = 'shardId-00000001789649399079-0d666f96';
export const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:failures';

/** Record `n` of the stream, of an item of its own unless `key` says otherwise. */
export function record(n: number, more: { key?: string; createdS?: number; image?: object } = {}) {
  return {
    eventID: `event-${n}`,
    eventName: 'INSERT',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      ApproximateCreationDateTime: more.createdS ?? EPOCH_S,
      Keys: { PK: { S: more.key ?? `item-${n}` } },
      ...(more.image && { NewImage: more.image }),
      SequenceNumber: sequence(n),
    },
  };
}

export const records = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => record(from + index));

export const sequence = (n: number) => `${n}00000000000000000000`;

/** The `n` of a sequence number. */
export const ordinal = (sequenceNumber: string | null | undefined) =>
  Number(sequenceNumber?.slice(0, -20) ?? Number.NaN);

export const reports = (...numbers: readonly number[]): InvokeResult => ({
  kind: 'returned',
  payload: { batchItemFailures: numbers.map((n) => ({ itemIdentifier: sequence(n) })) },
});

export const succeeds: InvokeResult = { kind: 'returned', payload: null };
export const throws: InvokeResult = { kind: 'error', errorType: 'Error', errorMessage: 'poison' };

export interface Noted {
  readonly requestId: string;
  readonly atMs: number;
  readonly batch: readonly number[];
}

/** A mapping on a virtual clock; `answer` plays the function, and everything that happens is noted. */
export function mappingUnderTest(
  properties: object,
  answer: (batch: readonly number[], invocation: Invocation) => InvokeResult | Promise<InvokeResult> = () =>
    succeeds,
  options: {
    parameters?: Partial<Parameters>;
    refuse?: boolean;
    /** What the on-failure destination does before it takes a message. */
    deliver?: () => Promise<void>;
  } = {},
) {
  const clock = new VirtualClock(EPOCH_S * 1000);
  const invocations: Noted[] = [];
  const deliveries: Delivery[] = [];
  const events: MappingEvent[] = [];
  let ids = 0;
  const mapping = createEventSourceMapping({
    mapping: parseMapping(properties),
    clock,
    ids: () => `id-${++ids}`,
    invoke: async (invocation) => {
      const batch = invocation.event.Records.map((one) =>
        ordinal((one as ReturnType<typeof record>).dynamodb.SequenceNumber),
      );
      invocations.push({ requestId: invocation.requestId, atMs: clock.now() - EPOCH_S * 1000, batch });
      return answer(batch, invocation);
    },
    onFailure: async (delivery) => {
      await options.deliver?.();
      if (options.refuse) throw new Error('refused');
      deliveries.push(delivery);
    },
    observe: (event) => events.push(event),
    parameters: options.parameters ?? {},
  });
  mapping.addShard({ shardId: SHARD });
  return {
    mapping,
    clock,
    invocations,
    deliveries,
    events,
    batches: () => invocations.map(({ batch }) => batch),
    bodies: () => deliveries.map(({ body }) => JSON.parse(body)),
    idle: () => clock.runUntil(mapping.whenIdle()),
  };
}
