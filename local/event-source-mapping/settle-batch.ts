/**
 * Takes one batch to its end: invokes, retries, cuts and halves until each of its records is done with or given up.
 * A lane settles one batch at a time, so whatever fails here holds up what follows in its lane, and nothing else.
 */
import { sleep } from '../../shared/time/clock.ts';
import type { MappingDependencies } from './contract.ts';
import { expiredInFront, giveUp } from './give-up.ts';
import type { MappingEvent } from './mapping-event.ts';
import type { EventCounts } from './metrics.ts';
import { nextStep } from './next-step.ts';
import type { Discard } from './on-failure.ts';
import type { Parameters } from './parameters.ts';
import { type Reading, readResult } from './response.ts';
import { eventBytes, eventJson, type StreamRecord } from './stream-record.ts';

export interface SettleContext
  extends Pick<MappingDependencies, 'mapping' | 'clock' | 'ids' | 'invoke' | 'onFailure'> {
  readonly parameters: Parameters;
  readonly observe: (event: MappingEvent) => void;
  readonly counts: EventCounts;
  /** The records are done with, one way or another. */
  readonly done: (records: readonly StreamRecord[]) => void;
}

type Piece = readonly StreamRecord[];

/** Resolves with the records left over when `signal` ends the work early; they are in order and untouched. */
export async function settleBatch(
  batch: Piece,
  shardId: string,
  signal: AbortSignal,
  context: SettleContext,
): Promise<Piece> {
  const pieces: Piece[] = [batch];
  while (!signal.aborted) {
    const piece = pieces.pop();
    if (piece === undefined) return [];
    pieces.push(...(await settlePiece(piece, shardId, signal, context)).toReversed());
  }
  return pieces.toReversed().flat();
}

/** Works on a batch until it is done, given up, or no longer the same batch; resolves with the batches that take its place. */
async function settlePiece(
  records: Piece,
  shardId: string,
  signal: AbortSignal,
  context: SettleContext,
): Promise<readonly Piece[]> {
  const { mapping, parameters, clock } = context;
  const requestId = context.ids();
  let attempts = 0;
  let throttles = 0;
  let lastReading: Reading | undefined;
  while (!signal.aborted) {
    const expired = expiredInFront(records, context);
    if (expired !== undefined) {
      const old = records.slice(0, expired.count);
      const discard: Discard = {
        condition: 'RecordAgeExceeded',
        records: old,
        shardId,
        requestId,
        attempts,
        lastReading,
      };
      await giveUp(discard, context, expired.expiry);
      return old.length === records.length ? [] : [records.slice(old.length)];
    }
    lastReading = await invokeOnce(records, shardId, requestId, attempts + 1, context);
    if (lastReading.kind === 'throttled') throttles++;
    else attempts++;
    const step = nextStep(lastReading, { size: records.length, attempts, throttles }, mapping, parameters);
    switch (step.kind) {
      case 'done':
        context.done(records);
        return [];
      case 'cut':
        context.done(records.slice(0, step.at));
        return [records.slice(step.at)];
      case 'halve':
        return [records.slice(0, step.at), records.slice(step.at)];
      case 'exhausted':
        await giveUp(
          { condition: 'RetryAttemptsExhausted', records, shardId, requestId, attempts, lastReading },
          context,
        );
        return [];
      case 'retry':
        if (await interrupted(sleep(clock, step.delayMs, signal), signal)) return [records];
    }
  }
  return [records];
}

async function invokeOnce(
  records: Piece,
  shardId: string,
  requestId: string,
  attempt: number,
  context: SettleContext,
): Promise<Reading> {
  const { mapping, parameters, clock, counts } = context;
  const sequenceNumbers = records.map((record) => record.sequenceNumber);
  const atMs = clock.now();
  let reading: Reading = { kind: 'oversized' };
  if (eventBytes(records.length, bytesOf(records)) <= parameters.payloadLimitBytes) {
    const event = { Records: records.map((record) => record.event) };
    const result = await context.invoke({ requestId, shardId, event, payload: eventJson(records) });
    reading = readResult(result, sequenceNumbers, mapping.reportBatchItemFailures, parameters);
  }
  counts.InvokedEventCount += records.length;
  if (reading.kind === 'partial') counts.FailedInvokeEventCount += records.length - reading.from;
  else if (reading.kind !== 'success') counts.FailedInvokeEventCount += records.length;
  context.observe({
    kind: 'invoked',
    atMs,
    durationMs: clock.now() - atMs,
    requestId,
    shardId,
    sequenceNumbers,
    attempt,
    outcome: reading.kind,
    ...failureOf(reading, sequenceNumbers),
  });
  return reading;
}

function failureOf(
  reading: Reading,
  sequenceNumbers: readonly (string | undefined)[],
): { readonly failedFrom?: string; readonly errorType?: string } {
  if (reading.kind === 'success') return {};
  const failedFrom = sequenceNumbers[reading.kind === 'partial' ? reading.from : 0];
  return {
    ...(failedFrom === undefined ? {} : { failedFrom }),
    ...(reading.kind === 'error' && reading.errorType !== undefined ? { errorType: reading.errorType } : {}),
  };
}

const bytesOf = (records: Piece) => records.reduce((sum, record) => sum + record.bytes, 0);

/** True if the wait was ended by `signal`; any other failure is passed on. */
async function interrupted(wait: Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await wait;
    return false;
  } catch (error) {
    if (signal.aborted) return true;
    throw error;
  }
}
