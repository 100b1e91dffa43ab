/** The Lambda handler of a stream processor: a batch from the event source mapping, or records redriven through the marked door. */
import { UnexpectedBatchTypeError } from '@aws-lambda-powertools/batch';
import type { Context, DynamoDBBatchResponse } from 'aws-lambda';
import type { DeadLetterSink } from '../dead-letters/letter.ts';
import type { BatchReport, BatchReporter } from '../telemetry/batch-report.ts';
import type { Clock } from '../time/clock.ts';
import { startDeadline } from './deadline.ts';
import { partialBatchResponse } from './partial-batch-response.ts';
import type { StreamProcessor } from './processor.ts';
import { type RedriveResponse, redriveMarker, redriveResponse } from './redrive.ts';
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
) => Promise<DynamoDBBatchResponse | RedriveResponse>;

export type InvocationContext = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;

/** Kept back from the invocation's time for letters, the report and the answer: a tenth of it, within these bounds. */
const RESERVE = { share: 0.1, leastMs: 1_000, mostMs: 6_000 };

/** Of the reserve, for the answer alone: no letter is begun in it. */
const ANSWER_MS = 500;

/**
 * @returns for a batch, the partial batch response; for `{Records, redrive: {id}}`, one outcome per record and never a dead letter
 * @throws {UnexpectedBatchTypeError} when the event holds no list of records: the mapping is not of a DynamoDB stream
 */
export function streamHandler<Effect>(
  processor: StreamProcessor<Effect>,
  ports: HandlerPorts,
): StreamHandler {
  return async (event, invocation) => {
    const { records, redrive } = readEvent(event);
    const { clock, random, reporter } = ports;
    const startedAtMs = clock.now();
    const remainingMs = invocation.getRemainingTimeInMillis();
    const deadline = startDeadline(clock, remainingMs - reserveMs(remainingMs));
    const context = { clock, random, deadline, redriven: redrive !== undefined };
    const ended = await runBatch(processor, records, context);
    deadline.cancel();
    const finish = (settled: Pick<BatchReport, 'outcomes' | 'lettersSent' | 'report'>) => {
      reporter.report({ processor: processor.name, startedAtMs, endedAtMs: clock.now(), ...settled });
    };
    if (redrive !== undefined) {
      finish({ outcomes: ended.map(({ outcome }) => outcome), lettersSent: 0 });
      return redriveResponse(redrive, ended);
    }
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
    finish(settlement);
    return partialBatchResponse(records, settlement.report);
  };
}

function readEvent(event: unknown) {
  if (typeof event !== 'object' || event === null) throw new UnexpectedBatchTypeError();
  const records: unknown = 'Records' in event ? event.Records : undefined;
  if (!Array.isArray(records)) throw new UnexpectedBatchTypeError();
  return { records: records as readonly unknown[], redrive: redriveMarker(event) };
}

function reserveMs(remainingMs: number): number {
  return Math.min(RESERVE.mostMs, Math.max(RESERVE.leastMs, remainingMs * RESERVE.share));
}
