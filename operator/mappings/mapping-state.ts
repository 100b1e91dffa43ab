/** A mapping as Lambda has it, and how it is turned on and off: the change is asked for, and waited for until it has settled. */
import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { type Clock, sleep } from '../../shared/time/clock.ts';

export type Lambda = Pick<LambdaClient, 'send'>;

export interface MappingState {
  /** Lambda's own word, e.g. `Enabled`, `Disabling`. */
  readonly state: string;
  /** What Lambda says of the last batch, e.g. `OK`; in its own words. */
  readonly lastResult: string | undefined;
  /** Undefined where records are kept until the stream forgets them. */
  readonly maximumRecordAgeMs: number | undefined;
}

export async function mappingState(lambda: Lambda, id: string): Promise<MappingState> {
  return stateOf(await lambda.send(new GetEventSourceMappingCommand({ UUID: id })));
}

function stateOf(configuration: EventSourceMappingConfiguration): MappingState {
  const { State: state, LastProcessingResult: lastResult, MaximumRecordAgeInSeconds: ageS } = configuration;
  return {
    state: state ?? 'unknown',
    lastResult,
    maximumRecordAgeMs: ageS === undefined || ageS < 0 ? undefined : ageS * 1000,
  };
}

export interface ChangeOptions {
  readonly lambda: Lambda;
  readonly id: string;
  readonly enabled: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of each state on the way, once. */
  readonly onState: (state: string) => void;
  /** How long it may take. @default five minutes; Lambda needs seconds, and first ends what is under way */
  readonly patienceMs?: number;
}

/** - `changed`: it has settled. - `unchanged`: it was so already. - `unsettled`: asked for, but `state` is all that was seen. */
export interface Changed {
  readonly kind: 'changed' | 'unchanged' | 'unsettled';
  readonly state: string;
}

const POLL_MS = 1_000;
const PATIENCE_MS = 5 * 60_000;

/** Enabling, Disabling, Updating, Creating: Lambda refuses a change then (API reference, UpdateEventSourceMapping, ResourceInUseException). */
const isMoving = (state: string) => state.endsWith('ing');

/** @throws Lambda's error, or the signal's reason */
export async function changeMapping(options: ChangeOptions): Promise<Changed> {
  const { lambda, id, enabled, clock, signal, patienceMs = PATIENCE_MS } = options;
  const wanted = enabled ? 'Enabled' : 'Disabled';
  const untilMs = clock.now() + patienceMs;
  let said: string | undefined;
  const look = async () => {
    const { state } = await mappingState(lambda, id);
    if (state !== said) options.onState(state);
    said = state;
    return state;
  };

  let isAsked = false;
  let state = await look();
  while (state !== wanted) {
    if (!isAsked && !isMoving(state)) isAsked = await ask(lambda, id, enabled);
    if (clock.now() >= untilMs) return { kind: 'unsettled', state };
    await sleep(clock, POLL_MS, signal);
    state = await look();
  }
  return { kind: isAsked ? 'changed' : 'unchanged', state };
}

/** False when somebody else's change was quicker. */
async function ask(lambda: Lambda, id: string, enabled: boolean): Promise<boolean> {
  try {
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: enabled }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceInUseException') return false;
    throw error;
  }
}
