/** The door's client over the gateway's Invoke: the real protocol, with what Lambda may answer. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InvokeResult } from '../../local/event-source-mapping/index.ts';
import { type Gateway, startGateway } from '../../local/gateway/index.ts';
import { type Clock, systemClock } from '../../shared/time/clock.ts';
import { EARLIER_UNSETTLED, MAX_REQUEST_BYTES, openDoor } from './door.ts';
import { invokeFunction } from './invoke.ts';

/** Pauses take no time here. */
const clock: Clock = { now: systemClock.now, after: (_, fn) => systemClock.after(0, fn) };

describe('the door’s client', () => {
  let gateway: Gateway;
  let lambda: LambdaClient;
  let answer: (payload: string) => InvokeResult | undefined;
  let calls: number;
  beforeAll(async () => {
    gateway = await startGateway({
      clock: systemClock,
      warn: () => {},
      invoke: async (_, payload) => {
        calls++;
        return answer(payload);
      },
    });
    lambda = new LambdaClient({
      endpoint: gateway.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
  });
  afterAll(() => gateway?.close());
  beforeEach(() => {
    calls = 0;
  });

  const ports = () => ({ lambda, clock, random: () => 0, signal: new AbortController().signal });
  const record = (eventId: string, lane = eventId, json = JSON.stringify({ eventID: eventId })) => ({
    eventId,
    sequenceNumber: undefined,
    json,
    lane,
  });
  const applied = (payload: string): InvokeResult => {
    const { redrive, Records } = JSON.parse(payload);
    const outcomes = Records.map(({ eventID }: { eventID: string }) => ({
      eventId: eventID,
      sequenceNumber: null,
      outcome: 'applied',
      settled: true,
    }));
    return { kind: 'returned', payload: { redrive, outcomes } };
  };

  it('tries again what is throttled', async () => {
    answer = (payload) => (calls < 4 ? { kind: 'throttled' } : applied(payload));
    const outcomes = await openDoor({ id: 'run', ...ports() }).carryOut('f', [record('a')]);
    expect([calls, outcomes]).toEqual([4, [{ kind: 'applied', settled: true }]]);
  });

  it('gives up on throttling some time, and nothing is settled', async () => {
    answer = () => ({ kind: 'throttled' });
    const outcomes = await openDoor({ id: 'run', ...ports() }).carryOut('f', [record('a')]);
    expect(outcomes).toMatchObject([
      { settled: false, failure: { code: 'FUNCTION_NOT_REACHED', type: 'TooManyRequestsException' } },
    ]);
  });

  it('tries again what a service failed with', async () => {
    let attempts = 0;
    const failing = {
      send: async () => {
        if (++attempts < 3) throw Object.assign(new Error('away'), { $metadata: { httpStatusCode: 503 } });
        return { Payload: Buffer.from('{}') };
      },
    } as unknown as LambdaClient;
    expect(await invokeFunction('f', '{}', { ...ports(), lambda: failing })).toEqual({
      kind: 'answered',
      answer: {},
    });
    expect(attempts).toBe(3);
  });

  it('does not ask again for a function that does not exist', async () => {
    answer = () => undefined;
    expect(await invokeFunction('f', '{}', ports())).toEqual({
      kind: 'unreached',
      failure: { code: 'FUNCTION_NOT_REACHED', type: 'ResourceNotFoundException' },
    });
    expect(calls).toBe(1);
  });

  it('says of what type a function’s error was, and nothing that it quotes', async () => {
    answer = () => ({ kind: 'error', errorType: 'TypeError', errorMessage: 'Ramesh is no number' });
    expect(await invokeFunction('f', '{}', ports())).toEqual({
      kind: 'function-error',
      failure: { code: 'FUNCTION_FAILED', type: 'TypeError' },
    });
    answer = () => ({ kind: 'timeout' });
    expect(await invokeFunction('f', '{}', ports())).toMatchObject({ failure: { type: 'Sandbox.Timedout' } });
  });

  it('finds the record that makes a function fail, and sends none after it in its lane', async () => {
    answer = (payload) =>
      payload.includes('"b"') ? { kind: 'error', errorType: 'E', errorMessage: '' } : applied(payload);
    const records = [record('a', 'x'), record('b', 'x'), record('c', 'y'), record('d', 'x')];
    const outcomes = await openDoor({ id: 'run', ...ports() }).carryOut('f', records);
    expect(outcomes.map(({ kind, failure }) => failure?.code ?? kind)).toEqual([
      'applied',
      'FUNCTION_FAILED',
      'applied',
      EARLIER_UNSETTLED,
    ]);
  });

  it('sends what is in no lane, whatever another record of none comes to', async () => {
    answer = (payload) =>
      payload.includes('"b"') ? { kind: 'error', errorType: 'E', errorMessage: '' } : applied(payload);
    const records = ['a', 'b', 'c', 'd'].map((id) => {
      const { lane: _, ...rest } = record(id);
      return rest;
    });
    const outcomes = await openDoor({ id: 'run', ...ports() }).carryOut('f', records);
    expect(outcomes.map(({ kind, failure }) => failure?.code ?? kind)).toEqual([
      'applied',
      'FUNCTION_FAILED',
      'applied',
      'applied',
    ]);
  });

  it('cuts requests by their bytes, and sends no record that no invocation takes', async () => {
    answer = applied;
    const large = (id: string, bytes: number) =>
      record(id, id, JSON.stringify({ eventID: id, text: 'ट'.repeat(Math.floor(bytes / 3)) }));
    const records = [large('a', 4e6), large('b', 4e6), large('c', MAX_REQUEST_BYTES + 10)];
    const outcomes = await openDoor({ id: 'run', ...ports() }).carryOut('f', records);
    expect(outcomes.map(({ kind, failure }) => failure?.code ?? kind)).toEqual([
      'applied',
      'applied',
      'RECORD_TOO_LARGE',
    ]);
    expect(calls).toBe(2);
  });
});
