/**
 * The client of a processor's marked door: sends records in requests that fit, and says for each record what the function truly answered.
 * Where a request cannot be believed or fails as a whole, its records stay unsettled, each with the reason.
 */
import type { Failure } from '../../shared/stream/outcome.ts';
import type { Verdict } from '../../shared/stream/verdict.ts';
import {
  type DoorDecision,
  type DoorOutcome,
  type Read,
  readDecisions,
  readOutcomes,
  readPlan,
  type Sent,
} from './door-answers.ts';
import { type Invoked, type InvokePorts, invokeFunction } from './invoke.ts';

/** A record on its way: the JSON that was kept of it, and what the answer must be about. */
export interface DoorRecord extends Sent {
  readonly json: string;
  /** Where one is not settled, those after it in the same lane are not sent, if the request is cut. */
  readonly lane?: string;
}

export interface Door {
  /** Changes nothing. */
  plan(functionName: string, records: readonly DoorRecord[]): Promise<readonly Verdict[]>;
  carryOut(functionName: string, records: readonly DoorRecord[]): Promise<readonly DoorOutcome[]>;
  /** Carries out under the name of this run: what happened before happens again. */
  replay(functionName: string, records: readonly DoorRecord[]): Promise<readonly DoorOutcome[]>;
  /** What records mean, by themselves: neither reads nor writes. */
  describe(functionName: string, records: readonly DoorRecord[]): Promise<readonly DoorDecision[]>;
}

export interface DoorPorts extends InvokePorts {
  /** Names the run in the function's log; as the door takes it. */
  readonly id: string;
}

/** Of a synchronous invocation (Lambda developer guide, "Lambda quotas"), less what is around the records. */
export const MAX_REQUEST_BYTES = 6 * 1024 * 1024 - 1024;

/** Well within one invocation, and an answer of some hundred bytes each far from its 6 MB. */
export const MAX_REQUEST_RECORDS = 100;

/** Of a record that was not sent, because one before it in its lane is not settled. */
export const EARLIER_UNSETTLED = 'EARLIER_UNSETTLED';

export function openDoor({ id, ...ports }: DoorPorts): Door {
  return {
    plan: (functionName, records) =>
      send(
        functionName,
        'plan',
        records,
        readPlan,
        (failure): Verdict => ({ kind: 'unresolvable', failure, passing: true }),
      ),
    carryOut: (functionName, records) => change(functionName, undefined, records),
    replay: (functionName, records) => change(functionName, 'replay', records),
    describe: (functionName, records) =>
      send(
        functionName,
        'describe',
        records,
        readDecisions,
        (failure): DoorDecision => ({ kind: 'unanswered', failure }),
      ),
  };

  function change(functionName: string, mode: 'replay' | undefined, records: readonly DoorRecord[]) {
    return send(functionName, mode, records, readOutcomes, unsettled, ({ kind }) => kind === 'transient');
  }

  async function send<T>(
    functionName: string,
    mode: 'plan' | 'describe' | 'replay' | undefined,
    records: readonly DoorRecord[],
    read: (answer: unknown, id: string, sent: readonly Sent[]) => Read<T>,
    failed: (failure: Failure) => T,
    blocks: (answer: T) => boolean = () => false,
  ): Promise<readonly T[]> {
    const answers: T[] = [];
    for (const batch of inRequests(records)) answers.push(...(await request(batch)));
    return answers;

    async function request(batch: readonly DoorRecord[]): Promise<readonly T[]> {
      const [only] = batch;
      if (batch.length === 1 && only !== undefined && Buffer.byteLength(only.json) > MAX_REQUEST_BYTES)
        return [
          failed({ code: 'RECORD_TOO_LARGE', details: 'no invocation takes it: more than 6 MB as JSON' }),
        ];
      const marker = JSON.stringify({ id, ...(mode === undefined ? {} : { [mode]: true }) });
      const payload = `{"redrive":${marker},"Records":[${batch.map(({ json }) => json).join(',')}]}`;
      const invoked = await invokeFunction(functionName, payload, ports);
      if (invoked.kind === 'function-error' && batch.length > 1 && !ports.signal.aborted)
        return inHalves(batch);
      const result = resultOf(invoked, batch);
      return result.ok ? result.answers : batch.map(() => failed(result.failure));
    }

    /** A record that makes the function fail must not keep the others: as a mapping does, the request is cut until it is alone. */
    async function inHalves(batch: readonly DoorRecord[]): Promise<readonly T[]> {
      const middle = batch.length >> 1;
      const first = await request(batch.slice(0, middle));
      const blocked = new Set(first.flatMap((answer, index) => (blocks(answer) ? [batch[index]?.lane] : [])));
      const rest = batch.slice(middle);
      const free = rest.filter(({ lane }) => lane === undefined || !blocked.has(lane));
      const answers = free.length === 0 ? [] : await request(free);
      const answerOf = new Map(free.map((record, index) => [record, answers[index]]));
      return [...first, ...rest.map((record) => answerOf.get(record) ?? failed({ code: EARLIER_UNSETTLED }))];
    }

    function resultOf(invoked: Invoked, batch: readonly DoorRecord[]): Read<T> {
      return invoked.kind === 'answered'
        ? read(invoked.answer, id, batch)
        : { ok: false, failure: invoked.failure };
    }
  }
}

function unsettled(failure: Failure): DoorOutcome {
  return { kind: 'transient', settled: false, failure };
}

/** As many records as fit into one request, in order. */
export function* inRequests(
  records: readonly DoorRecord[],
  most = MAX_REQUEST_RECORDS,
): Generator<readonly DoorRecord[], void, void> {
  let batch: DoorRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = Buffer.byteLength(record.json) + 1;
    if (batch.length > 0 && (batch.length >= most || bytes + size > MAX_REQUEST_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
