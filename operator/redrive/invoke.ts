/**
 * Calls a function and says how that ended, as a value. What may pass (throttling, service errors, lost connections) is tried again with
 * growing pauses: records are safe to be sent twice.
 */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { pauseMs } from '../../shared/stream/backoff.ts';
import { parseExactJson } from '../../shared/stream/exact-json.ts';
import { failureOf } from '../../shared/stream/failure-of.ts';
import type { Failure } from '../../shared/stream/outcome.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';

export type Invoked =
  | { readonly kind: 'answered'; readonly answer: unknown }
  /** The function threw, ran out of time or memory, or left. */
  | { readonly kind: 'function-error'; readonly failure: Failure }
  /** It was not reached, or nothing came back. */
  | { readonly kind: 'unreached'; readonly failure: Failure };

export interface InvokePorts {
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Ends the pauses between attempts; a call that is under way is waited for, because its records are being carried out. */
  readonly signal: AbortSignal;
}

/** With the SDK's own three, some half a minute of trying. */
const ATTEMPTS = 10;

export async function invokeFunction(
  functionName: string,
  payload: string,
  ports: InvokePorts,
): Promise<Invoked> {
  const { lambda, clock, random, signal } = ports;
  for (let attempt = 1; ; attempt++) {
    try {
      const { FunctionError: functionError, Payload: bytes } = await lambda.send(
        new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(payload) }),
      );
      const text = Buffer.from(bytes ?? []).toString();
      return functionError === undefined ? answered(text) : functionFailed(text);
    } catch (error) {
      if (attempt >= ATTEMPTS || !mayPass(error)) return unreached(error);
      try {
        await sleep(clock, pauseMs(attempt, random), signal);
      } catch {
        return unreached(error);
      }
    }
  }
}

function answered(text: string): Invoked {
  try {
    return { kind: 'answered', answer: parseExactJson(text) };
  } catch {
    return { kind: 'answered', answer: undefined };
  }
}

/** Its message may quote an item; its type is a name, or is left out. */
function functionFailed(text: string): Invoked {
  const { answer } = answered(text) as { readonly answer?: unknown };
  const told: object = typeof answer === 'object' && answer !== null ? answer : {};
  const type = 'errorType' in told ? told.errorType : undefined;
  const message = 'errorMessage' in told ? told.errorMessage : undefined;
  const name = typeof type === 'string' && /^[\w.:-]{1,80}$/.test(type) ? type : undefined;
  // A time-out comes without a type (as recorded on AWS): "… Task timed out after 60.00 seconds".
  const timedOut = typeof message === 'string' && /Task timed out after/.test(message);
  const known = name ?? (timedOut ? 'Sandbox.Timedout' : undefined);
  return {
    kind: 'function-error',
    failure: { code: 'FUNCTION_FAILED', ...(known === undefined ? {} : { type: known }) },
  };
}

/** The SDK's errors say what the service answered; without an answer it was the network. */
function mayPass(error: unknown): boolean {
  const metadata =
    typeof error === 'object' && error !== null && '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  const name = error instanceof Error ? error.name : '';
  if (typeof status !== 'number') return !/Credential|TokenProvider/.test(name);
  return status === 429 || status >= 500;
}

function unreached(error: unknown): Invoked {
  const { code, type } = failureOf(error);
  return {
    kind: 'unreached',
    failure: { code: 'FUNCTION_NOT_REACHED', type: type === undefined || type === 'Error' ? code : type },
  };
}
