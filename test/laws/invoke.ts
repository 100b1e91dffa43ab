/** One invocation as Lambda runs it: with the time it has, until its answer, its process's death or its time-out, whichever comes first. */
import type { InvokeResult } from '../../local/event-source-mapping/index.ts';
import type { StreamHandler } from '../../shared/stream/handler.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { died, type ExecutionEnvironment } from './execution-environment.ts';
import { TIMEOUT_MS } from './live-stream.ts';

export interface Invoking<Invocation> {
  /** The world's. */
  readonly clock: Clock;
  readonly environment: ExecutionEnvironment<Invocation>;
  readonly handler: StreamHandler;
  readonly event: unknown;
  readonly requestId: string;
  /** What must not have happened. */
  readonly broken: string[];
  /** @param leftMs of the invocation's time. A process that dies here has not answered */
  readonly onAnswer: (payload: unknown, leftMs: number) => void;
}

/** The environment's invocation has begun; it is over with the result. */
export async function invoke<Invocation>(invoking: Invoking<Invocation>): Promise<InvokeResult> {
  const { clock, environment, handler, event, requestId, broken, onAnswer } = invoking;
  const startedMs = clock.now();
  const context = {
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, TIMEOUT_MS - (clock.now() - startedMs)),
  };
  const answered = handler(event, context).then((payload): InvokeResult => {
    if (!environment.alive) return died;
    onAnswer(payload, context.getRemainingTimeInMillis());
    return environment.alive ? { kind: 'returned', payload } : died;
  });
  const timedOut = environment.timeOut(TIMEOUT_MS, () => broken.push('an invocation ran into its time-out'));
  try {
    return await Promise.race([answered, environment.death, timedOut]);
  } finally {
    environment.end();
  }
}
