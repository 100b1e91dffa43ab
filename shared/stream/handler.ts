/** The Lambda handler of a stream processor: a batch from the event source mapping, or records redriven through the marked door. */
import { UnexpectedBatchTypeError } from '@aws-lambda-powertools/batch';
import type { Context, DynamoDBBatchResponse } from 'aws-lambda';
import type { DeadLetterSink } from '../dead-letters/letter.ts';
import type { BatchReporter } from '../telemetry/batch-report.ts';
import type { Clock } from '../time/clock.ts';
import { startDeadline } from './deadline.ts';
import { partialBatchResponse } from './partial-batch-response.ts';
import { planBatch } from './plan-batch.ts';
import { type Deciding, prepare } from './prepare.ts';
import type { BatchContext, StreamProcessor } from './processor.ts';
import { type ProjectionResponse, projectionRequest, serveProjection } from './projection-door.ts';
import {
  type DescribeResponse,
  describeResponse,
  type PlanResponse,
  planResponse,
  type RedriveMarker,
  type RedriveResponse,
  redriveMarker,
  redriveResponse,
} from './redrive.ts';
import { runBatch } from './run-batch.ts';
import { settle } from './settle.ts';

export interface HandlerPorts {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sink: DeadLetterSink;
  readonly reporter: BatchReporter;
}

export type StreamHandler = (
  event: unknown,
  context: InvocationContext,
) => Promise<DynamoDBBatchResponse | DoorResponse>;

/** What the marked doors answer. */
export type DoorResponse = RedriveResponse | PlanResponse | DescribeResponse | ProjectionResponse;

export type InvocationContext = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;

/** Kept back from the invocation's time for letters, the report and the answer: a tenth of it, within these bounds. */
const RESERVE = { share: 0.1, leastMs: 1_000, mostMs: 6_000 };

/** Of the reserve, for the answer alone: no letter is begun in it. */
const ANSWER_MS = 500;

/**
 * @returns for a batch, the partial batch response; for `{Records, redrive: {id}}`, one answer per record and never a dead
 *   letter (see redrive.ts); for `{projection: {id, action}}`, what was compared, mended or listed (see projection-door.ts)
 * @throws {UnexpectedBatchTypeError} when the event holds no list of records: the mapping is not of a DynamoDB stream
 * @throws {TypeError} when an event is marked, but not as it must be
 */
export function streamHandler<Effect>(
  processor: StreamProcessor<Effect>,
  ports: HandlerPorts,
): StreamHandler {
  return async (event, invocation) => {
    if (typeof event !== 'object' || event === null) throw new UnexpectedBatchTypeError();
    const request = projectionRequest(event);
    if (request !== undefined) {
      return beforeDeadline(ports, invocation, (context) => serveProjection(processor, request, context));
    }
    const { records, redrive } = readEvent(event);
    return redrive === undefined
      ? handleBatch(processor, records, invocation, ports)
      : serveRedrive(processor, records, redrive, invocation, ports);
  };
}

async function handleBatch<Effect>(
  processor: StreamProcessor<Effect>,
  records: readonly unknown[],
  invocation: InvocationContext,
  ports: HandlerPorts,
): Promise<DynamoDBBatchResponse> {
  const { clock, random, reporter } = ports;
  const startedAtMs = clock.now();
  const remainingMs = invocation.getRemainingTimeInMillis();
  const deadline = startDeadline(clock, remainingMs - reserveMs(remainingMs));
  const ended = await runBatch(processor, records, { clock, random, deadline, redriven: false });
  deadline.cancel();
  const closing = startDeadline(clock, remainingMs - ANSWER_MS - (clock.now() - startedAtMs));
  const settlement = await settle(ended, {
    processor: processor.name,
    requestId: invocation.awsRequestId,
    clock,
    random,
    sink: ports.sink,
    deadline: closing,
  });
  closing.cancel();
  reporter.report({ processor: processor.name, startedAtMs, endedAtMs: clock.now(), ...settlement });
  return partialBatchResponse(records, settlement.report);
}

/** Only what is carried out is reported: a plan changes nothing, so it counts nowhere. */
async function serveRedrive<Effect>(
  processor: StreamProcessor<Effect>,
  records: readonly unknown[],
  redrive: RedriveMarker,
  invocation: InvocationContext,
  ports: HandlerPorts,
): Promise<DoorResponse> {
  switch (redrive.mode) {
    case 'describe':
      return describeResponse(
        redrive,
        records.map((record) => prepare(describing(processor), record, false)),
      );
    case 'plan':
      return beforeDeadline(ports, invocation, async (context) =>
        planResponse(redrive, await planBatch(processor, records, context)),
      );
    case 'apply':
    case 'replay':
      return beforeDeadline(ports, invocation, async (common) => {
        const startedAtMs = ports.clock.now();
        const context = redrive.mode === 'replay' ? { ...common, replay: redrive.id } : common;
        const ended = await runBatch(processor, records, context);
        const outcomes = ended.map(({ outcome }) => outcome);
        const endedAtMs = ports.clock.now();
        ports.reporter.report({
          processor: processor.name,
          startedAtMs,
          endedAtMs,
          outcomes,
          lettersSent: 0,
        });
        return redriveResponse(redrive, ended);
      });
  }
}

function describing<Effect>(processor: StreamProcessor<Effect>): Deciding<unknown> {
  const { images, describe = (change) => processor.decide(change) } = processor;
  return { images, decide: describe, orderingKey: (change) => processor.orderingKey(change) };
}

async function beforeDeadline<T>(
  { clock, random }: HandlerPorts,
  invocation: InvocationContext,
  work: (context: BatchContext) => Promise<T>,
): Promise<T> {
  const remainingMs = invocation.getRemainingTimeInMillis();
  const deadline = startDeadline(clock, remainingMs - reserveMs(remainingMs));
  try {
    return await work({ clock, random, deadline, redriven: true });
  } finally {
    deadline.cancel();
  }
}

function readEvent(event: object) {
  const records: unknown = 'Records' in event ? event.Records : undefined;
  if (!Array.isArray(records)) throw new UnexpectedBatchTypeError();
  return { records: records as readonly unknown[], redrive: redriveMarker(event) };
}

function reserveMs(remainingMs: number): number {
  return Math.min(RESERVE.mostMs, Math.max(RESERVE.leastMs, remainingMs * RESERVE.share));
}
