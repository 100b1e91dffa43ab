/** A run over several processors: who is asked and told what, in which order, and when it may say that all is settled. */

import { randomUUID } from 'node:crypto';
import type { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import { STREAM_ARN, streamRecord } from '../../test/support/record.ts';
import { noAudit } from '../audit/audit.ts';
import { startTestQueues, type TestProcessor, type TestQueues } from '../dead-letters/test-queues.ts';
import { startScriptedStream } from '../dead-letters/test-stream.ts';
import { envelope, givenUp, payloadOf, TEST_MESSAGE } from '../dead-letters/testing.ts';
import { ANYWHERE } from '../dead-letters/where.ts';
import type { Clients } from '../system/system.ts';
import { type RedriveOptions, type RedrivePorts, redrive } from './redrive.ts';
import { memorySpill } from './testing.ts';

let queues: TestQueues;
beforeAll(async () => {
  queues = await startTestQueues();
});
afterAll(() => queues.stop());

interface Sent {
  readonly eventID: string;
  readonly dynamodb: { readonly SequenceNumber: string };
}

/** Functions that find what is named `done…` or `e…` applied, apply what is named `new…`, and refuse the rest. */
function functions(told: (what: string) => void): LambdaClient {
  const send = async ({ input }: InvokeCommand) => {
    const { redrive: marker, Records: records } = JSON.parse(
      Buffer.from(input.Payload as Uint8Array).toString(),
    );
    const about = ({ eventID, dynamodb }: Sent) => ({
      eventId: eventID,
      sequenceNumber: dynamodb.SequenceNumber,
    });
    const ids = records.map(({ eventID }: Sent) => eventID).join(' ');
    told(`${input.FunctionName} ${marker.plan === true ? 'plans' : 'carries out'} ${ids}`);
    const failure = { code: 'BAD' };
    const plan = records.map((one: Sent) => ({
      ...about(one),
      ...(/^(done|e)/.test(one.eventID)
        ? { verdict: 'already-applied' }
        : one.eventID.startsWith('new')
          ? { verdict: 'apply' }
          : { verdict: 'unresolvable', failure, passing: false }),
    }));
    const outcomes = records.map((one: Sent) => ({ ...about(one), outcome: 'applied', settled: true }));
    const answer = { redrive: { id: marker.id }, ...(marker.plan === true ? { plan } : { outcomes }) };
    return { Payload: Buffer.from(JSON.stringify(answer)) };
  };
  return { send } as unknown as LambdaClient;
}

const record = (eventID: string, seq = '1') => streamRecord({ eventID, seq });

async function processor(name: string, ...eventIds: readonly string[]): Promise<TestProcessor> {
  const mapping = { id: 'mapping', word: '', table: `${name}-table`, streamArn: STREAM_ARN };
  const made = await queues.addProcessor(name, [mapping]);
  await made.send(
    ...eventIds.map((eventId) => envelope({ processor: name, record: record(eventId), failedAt: AT })),
  );
  return made;
}
const AT = '2026-09-17T13:00:00.000Z';

async function run(
  processors: readonly TestProcessor[],
  {
    options = {},
    clients = {},
    ...ports
  }: Partial<RedrivePorts> & { options?: Partial<RedriveOptions>; clients?: Partial<Clients> } = {},
) {
  const told: string[] = [];
  const away = {
    send: async () => {
      throw new Error('away');
    },
  };
  const [first] = processors;
  if (first === undefined) throw new Error('no processor');
  const lambda = functions((what) => told.push(what));
  const work = redrive(
    { ...first.system({ lambda, dynamodb: () => away as never, ...clients }), processors },
    processors,
    {
      where: ANYWHERE,
      limit: undefined,
      rate: undefined,
      concurrency: 1,
      stopAfter: undefined,
      maxAgeMs: undefined,
      dryRun: false,
      ...options,
    },
    {
      clock: systemClock,
      random: () => 0,
      newId: randomUUID,
      signal: new AbortController().signal,
      spill: memorySpill(),
      onLetter: () => {},
      waitSeconds: 0,
      runId: 'run',
      onPlanned: ({ count, of }) => told.push(`planned ${count} of ${of}`),
      onPlan: ({ records, letters }) => told.push(`the plan: ${records} in ${letters}`),
      async begin(records) {
        told.push(`begin ${records}`);
        return noAudit;
      },
      onResults: (done, of, failed) => told.push(`done ${done} of ${of}, ${failed} failed`),
      ...ports,
    },
  );
  const [ended] = await Promise.allSettled([work]);
  if (ended?.status === 'rejected' && ports.signal?.aborted !== true) throw ended.reason;
  return { told, report: ended?.status === 'fulfilled' ? ended.value : undefined };
}

const waiting = async (processors: readonly TestProcessor[]) =>
  Promise.all(processors.map(async (one) => (await one.messages()).visible));

test('every processor is planned by its own function, then the plan is told, then it is asked, and only then anything is done', async () => {
  const bids = await processor('bids', 'new');
  const records = [record('done a', '1'), record('done b', '2')];
  await bids.put(
    'aws/lambda/uuid/shard/2026/09/17/x',
    JSON.stringify(givenUp({ payload: payloadOf(records) })),
  );
  const products = await processor('products', 'new too');
  const { told, report } = await run([bids, products]);
  expect(told).toEqual([
    expect.stringMatching(/^bids plans (new done a done b|done a done b new)$/),
    'planned 1 of 4',
    'planned 2 of 4',
    'planned 3 of 4',
    'products plans new too',
    'planned 4 of 4',
    // Two records are in one letter.
    'the plan: 4 in 3',
    'begin 4',
    'done 2 of 4, 0 failed',
    'bids carries out new',
    'done 3 of 4, 0 failed',
    'products carries out new too',
    'done 4 of 4, 0 failed',
  ]);
  expect(report).toMatchObject({ settled: true, interrupted: false, letters: { settled: 3, putBack: 0 } });
});

test('an interrupt while it is planned ends it: nobody is shown half a plan, nor asked, and nothing is held', async () => {
  const all = [await processor('bids', 'new'), await processor('products', 'new')];
  const interrupt = new AbortController();
  const shown: string[] = [];
  const { report } = await run(all, {
    signal: interrupt.signal,
    onPlanned: () => interrupt.abort(),
    onPlan: () => shown.push('plan'),
    begin: async () => {
      shown.push('begin');
      return noAudit;
    },
  });
  expect([report, shown, await waiting(all)]).toEqual([undefined, [], [1, 1]]);
});

test.each([
  ['a record of the second processor stays', ['bad'], []],
  ['a letter of the second processor is not understood', [], ['something else']],
])('it is not settled where %s, planned or carried out', async (_, records, messages) => {
  const all = [await processor('bids', 'done'), await processor('products', ...records)];
  await all[1]?.send(...messages);
  expect((await run(all, { options: { dryRun: true } })).report).toMatchObject({
    settled: false,
    results: [],
    plan: { unread: messages.map(() => ({ form: 'unknown' })) },
  });
  expect((await run(all)).report).toMatchObject({ settled: false, letters: { settled: 1 } });
  expect(await waiting(all)).toEqual([0, 1]);
});

test('what is settled without being carried out lets its letters go, and so does what holds nothing', async () => {
  const settled = await run([await processor('bids', 'done')]);
  expect(settled.told).toContain('begin 1');
  expect(settled.report).toMatchObject({ settled: true, letters: { settled: 1 } });
  const empty = await processor('bids');
  await empty.send(TEST_MESSAGE);
  const { report } = await run([empty]);
  expect(report).toMatchObject({
    settled: true,
    letters: { settled: 1 },
    plan: { empty: { 'test-message': 1 } },
  });
  expect(await waiting([empty])).toEqual([0]);
});

test('where there is nothing to do nobody is asked', async () => {
  expect((await run([await processor('bids', 'bad')])).told).not.toContain('begin 1');
  expect((await run([await processor('bids', 'new')], { options: { dryRun: true } })).told).not.toContain(
    'begin 1',
  );
});

test('a letter of which a part was read is told of, and stays when that part is settled', async () => {
  const bids = await processor('bids', 'done');
  await bids.send(givenUp({ info: { startSequenceNumber: '1', endSequenceNumber: '3', batchSize: 3 } }));
  const stream = await startScriptedStream([{ numbers: ['1'] }, { error: 'AccessDeniedException' }]);
  const { report } = await run([bids], { clients: { streams: () => stream.client } });
  expect(report).toMatchObject({
    settled: false,
    plan: { records: 2, letters: 2, unread: [{ form: 'pointer', reason: { code: 'STREAM_DENIED' } }] },
    letters: { settled: 1 },
  });
  expect(await waiting([bids])).toEqual([1]);
  await stream.stop();
});

test('it is not settled where a queue was not read to its end', async () => {
  const bids = await processor('bids', ...Array.from({ length: 15 }, (_, index) => `done ${index}`));
  const { report } = await run([bids], { mostHeld: 10 });
  expect(report).toMatchObject({ settled: false, plan: { incomplete: [expect.stringContaining('10')] } });
});
