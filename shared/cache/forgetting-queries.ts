/**
 * A processor whose changes make the query cache forget: after its writes, never before them, so that no reader can fill the
 * new generation with what the index held before the change. Its batches do not fail with the cache.
 */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { startDeadline } from '../stream/deadline.ts';
import { failureOf } from '../stream/failure-of.ts';
import type { StreamProcessor } from '../stream/processor.ts';
import type { Clock } from '../time/clock.ts';
import type { BumpGeneration } from './generation.ts';

export interface ForgettingOptions {
  readonly bump: BumpGeneration;
  /** Told the code when the cache could not be told: results then expire by themselves. */
  readonly onUnavailable: (code: string) => void;
  /**
   * Beyond the batch's deadline if need be, so it has to fit into the handler's reserve, ms.
   *
   * @default 1000
   */
  readonly timeoutMs?: number;
}

/** Leaves the bump to a function that lies in the cache's network. Resolves when Lambda has taken the event, not when it is carried out. */
export function bumpByFunction(lambda: LambdaClient, functionName: string): BumpGeneration {
  return async (abortSignal) => {
    const command = new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event' });
    await lambda.send(command, { abortSignal });
  };
}

/**
 * After each batch with effects, and after what an operator had mended, whatever came of it: a write whose answer was lost may
 * have been carried out.
 */
export function forgettingQueries<Effect>(
  processor: StreamProcessor<Effect>,
  options: ForgettingOptions,
): StreamProcessor<Effect> {
  const { carryOut, projection } = processor;
  return {
    ...processor,
    carryOut: async (work, context) => afterwards(context.clock, await carryOut(work, context)),
    ...(projection === undefined
      ? {}
      : {
          projection: {
            ...projection,
            reconcile: async (keys, context) =>
              afterwards(context.clock, await projection.reconcile(keys, context)),
          },
        }),
  };

  async function afterwards<T>(clock: Clock, outcomes: T): Promise<T> {
    await forget(clock, options);
    return outcomes;
  }
}

async function forget(
  clock: Clock,
  { bump, onUnavailable, timeoutMs = 1_000 }: ForgettingOptions,
): Promise<void> {
  const deadline = startDeadline(clock, timeoutMs);
  try {
    await bump(deadline.signal);
  } catch (error) {
    onUnavailable(deadline.passed() ? 'TIMEOUT' : codeOf(error));
  } finally {
    deadline.cancel();
  }
}

/** The SDK's errors say what they are by their names. */
function codeOf(error: unknown): string {
  const { code, type } = failureOf(error);
  return code === 'UNEXPECTED_ERROR' ? (type ?? code) : code;
}
