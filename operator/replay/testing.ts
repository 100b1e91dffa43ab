/** Recorded records for tests, and a system of one function that answers as it is told, and keeps what it was asked. */
import type { InvokeCommand } from '@aws-sdk/client-lambda';
import type { System, TableFacts } from '../system/system.ts';
import type { RecordedRecord } from './recorded.ts';

export function recorded(number: number, parts: Partial<RecordedRecord> = {}): RecordedRecord {
  return {
    number,
    json: '{}',
    eventId: `e${number}`,
    sequenceNumber: undefined,
    key: undefined,
    table: undefined,
    createdMs: 0,
    ...parts,
  };
}

export async function* inBatches(...batches: readonly (readonly RecordedRecord[])[]) {
  yield* batches;
}

/** A record that has an effect if it has a lane. */
export interface LaneRecord {
  readonly eventID: string;
  readonly lane?: string;
}

export interface ToldFunction {
  /** Before it answers; what it throws is what the function throws. */
  readonly onRequest?: (mode: 'describe' | 'replay', ids: readonly string[]) => void;
  /** Event ids of records that stay transient. */
  readonly busy?: readonly string[];
  readonly dynamodb?: System['clients']['dynamodb'];
  readonly tables?: readonly TableFacts[];
}

/** @returns a system with a processor `bids`, and the event ids of each request */
export function systemTold({ onRequest, busy = [], dynamodb, tables = [] }: ToldFunction = {}) {
  const requests: (readonly [mode: string, ...ids: readonly string[]])[] = [];
  const send = async ({ input }: InvokeCommand) => {
    const { redrive, Records } = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()) as {
      redrive: { id: string; describe?: boolean };
      Records: readonly LaneRecord[];
    };
    const mode = redrive.describe === true ? 'describe' : 'replay';
    requests.push([mode, ...Records.map(({ eventID }) => eventID)]);
    try {
      onRequest?.(
        mode,
        Records.map(({ eventID }) => eventID),
      );
    } catch {
      return { FunctionError: 'Unhandled', Payload: Buffer.from('{}') };
    }
    const answers = Records.map((record) => ({
      eventId: record.eventID,
      sequenceNumber: null,
      ...(mode === 'describe' ? decisionOf(record) : outcomeOf(record, busy)),
    }));
    const answer = { redrive: { id: redrive.id }, [mode === 'describe' ? 'decisions' : 'outcomes']: answers };
    return { Payload: Buffer.from(JSON.stringify(answer)) };
  };
  const facts = { name: 'bids', functionName: 'bids-function', mappings: [] };
  const system = {
    stage: 'test',
    title: 'the test system',
    gatewayUrl: 'http://test',
    processors: [facts],
    tables,
    clients: { lambda: { send }, dynamodb },
  } as unknown as System;
  return { system, requests };
}

function decisionOf({ lane }: LaneRecord) {
  if (lane === undefined) return { decision: 'ignored', rule: 'quiet' };
  const notices = [{ recipient: 'vendor', notification: { type: 'new_bid' } }];
  return { decision: 'effect', key: lane, effect: { notices } };
}

function outcomeOf({ eventID, lane }: LaneRecord, busy: readonly string[]) {
  if (busy.includes(eventID)) return { outcome: 'transient', settled: false, failure: { code: 'BUSY' } };
  return lane === undefined
    ? { outcome: 'ignored', settled: true, rule: 'quiet' }
    : { outcome: 'applied', settled: true };
}
