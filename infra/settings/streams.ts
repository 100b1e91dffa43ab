/** What a stage may set for each stream processor: how much it takes at once, how long it tries, and what it may use. */
import * as z from 'zod';
import {
  mappingFaults,
  mappingOf,
  RESERVE_SECONDS,
  type StreamSettings,
} from '../constructs/mapping-settings.ts';

export const PROCESSOR_NAMES = [
  'products',
  'bids',
  'conversations',
  'bookings',
  'analysis-results',
  'analytics',
] as const;

const streamSchema = z
  .strictObject({
    /** Records an invocation gets at most. More make cheaper bulks and a longer redelivery when one of them fails. */
    batchSize: z.int(),
    /** Seconds to wait for a batch to fill. Each is lag; with 0 a record is processed as soon as it is there. */
    windowSeconds: z.int(),
    /** Of an invocation. While a dependency is down a batch is held until ten seconds before it. */
    timeoutSeconds: z.int(),
    /** MiB; CPU comes in proportion. */
    memoryMb: z.int().min(128).max(10_240),
    /** How often the mapping tries a batch again. Left out: as often as six hours of an outage take. */
    attempts: z.int().optional(),
    /** Older records are given up into the failure bucket. Left out: twelve hours. */
    recordAgeSeconds: z.int().optional(),
    /**
     * Invocations at once, the operator's included; kept free for this function, and taken from what the account has for all
     * others. Left out: one per shard of the stream, and the account's limit.
     */
    concurrency: z.int().min(1).max(1000).optional(),
  })
  .superRefine((settings, context) => {
    const destination = { OnFailure: { Destination: 'the failure bucket' } };
    const times = { timeoutSeconds: settings.timeoutSeconds, reserveSeconds: RESERVE_SECONDS };
    const mapping = { ...mappingOf(settings), DestinationConfig: destination };
    for (const message of mappingFaults(mapping, times)) context.addIssue({ code: 'custom', message });
  });

export const streamsSchema = z.strictObject(
  Object.fromEntries(PROCESSOR_NAMES.map((name) => [name, streamSchema])) as Record<
    (typeof PROCESSOR_NAMES)[number],
    typeof streamSchema
  >,
);

/** A processor's settings in a stage; one that the stage does not know has the defaults. */
export function settingsOf(
  streams: z.infer<typeof streamsSchema>,
  processor: string,
): StreamSettings & { readonly concurrency?: number | undefined } {
  return new Map(Object.entries(streams)).get(processor) ?? STREAM_DEFAULTS;
}

export const STREAM_DEFAULTS = {
  batchSize: 1000,
  windowSeconds: 0,
  timeoutSeconds: 60,
  memoryMb: 512,
} satisfies StreamSettings;
