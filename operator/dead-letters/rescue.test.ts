/** Pointers become letters of their own before they go; killed at any request, no record is in none, and the next run ends the same. */
import { ChangeMessageVisibilityCommand, type ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedDynamoDb } from '../../test/support/market-tables.ts';
import { type RescueReport, rescue } from './rescue.ts';
import { startTestQueues, type TestProcessor, type TestQueues } from './test-queues.ts';
import { startTestStream, type TestStream } from './test-stream.ts';
import { envelope, givenUp } from './testing.ts';
import { ANYWHERE, parseWhere } from './where.ts';

let queues: TestQueues;
let stream: TestStream;
let numbers: string[];

describe.runIf(embeddedDynamoDb)('a rescue', () => {
  beforeAll(async () => {
    queues = await startTestQueues();
    stream = await startTestStream();
    for (let index = 0; index < 4; index++) await stream.put(`o${index}`, 'order');
    numbers = (await stream.records()).map(
      (record) => (record['dynamodb'] as { SequenceNumber: string }).SequenceNumber,
    );
  });
  afterAll(async () => {
    await stream?.stop();
    await queues?.stop();
  });

  const pointer = (from: number, to: number, batchSize = to - from + 1) =>
    givenUp({
      info: {
        streamArn: stream.streamArn,
        shardId: stream.shardId,
        startSequenceNumber: numbers[from],
        endSequenceNumber: numbers[to],
        batchSize,
      },
    });

  async function run(orders: TestProcessor, options = { where: ANYWHERE, dryRun: false }, sqs = queues.sqs) {
    const letters = orders.open({}, { sqs, streams: () => stream.client });
    const reports: RescueReport[] = [];
    try {
      for await (const report of rescue(letters, options)) reports.push(report);
    } finally {
      await letters.close();
    }
    return reports;
  }

  const idsIn = async (orders: TestProcessor) =>
    (await orders.visible())
      .map((body) => JSON.parse(body))
      .map((body) => body.record?.dynamodb.Keys.id.S ?? 'pointer')
      .sort();

  test('keeps every record of a pointer as a letter of its own, and only then deletes it', async () => {
    const orders = await queues.addProcessor('orders');
    await orders.send(pointer(0, 2), envelope({ processor: 'orders' }));
    expect(await run(orders)).toMatchObject([{ outcome: 'rescued', records: 3, batchSize: 3 }]);
    const bodies = (await orders.visible()).map((body) => JSON.parse(body));
    expect(bodies).toHaveLength(4);
    expect(bodies.find(({ record }) => record.dynamodb.Keys.id?.S === 'o1')).toMatchObject({
      version: 1,
      processor: 'orders',
      streamArn: stream.streamArn,
      failedAt: '2026-09-17T13:03:40.011Z',
      error: { code: 'RetryAttemptsExhausted' },
    });
  });

  test('again finds nothing to do', async () => {
    const orders = await queues.addProcessor('orders');
    await orders.send(pointer(0, 3));
    await run(orders);
    expect(await run(orders)).toEqual([]);
    expect(await orders.messages()).toEqual({ visible: 4, hidden: 0 });
  });

  test('that is dry changes nothing', async () => {
    const orders = await queues.addProcessor('orders');
    await orders.send(pointer(0, 2));
    expect(await run(orders, { where: ANYWHERE, dryRun: true })).toMatchObject([{ outcome: 'rescuable' }]);
    expect(await idsIn(orders)).toEqual(['pointer']);
  });

  test('leaves what cannot be read, and what is not meant', async () => {
    const orders = await queues.addProcessor('orders');
    await orders.send(pointer(0, 1, 5), givenUp({ info: { startSequenceNumber: undefined } }));
    const reports = await run(orders);
    expect(reports.map(({ outcome, reason }) => [outcome, reason?.code]).sort()).toEqual([
      ['partly', 'RECORDS_MISSING'],
      ['unresolvable', 'NO_SEQUENCE_NUMBERS'],
    ]);
    expect(await idsIn(orders)).toEqual(['o0', 'o1', 'pointer', 'pointer']);
    const others = await queues.addProcessor('others');
    await others.send(pointer(0, 1));
    const where = parseWhere(['key=o3'], 0);
    expect(await run(others, { where, dryRun: false })).toEqual([]);
  });

  test('that is killed at any request loses no record, and the next run ends it', async () => {
    for (let killAt = 1; ; killAt++) {
      const orders = await queues.addProcessor('orders');
      await orders.send(pointer(0, 2));
      const killed = dyingAt(killAt);
      await run(orders, undefined, killed.sqs).catch(() => {});
      await killed.forgetHandles(orders);
      const left = await idsIn(orders);
      if (!left.includes('pointer')) expect(new Set(left)).toEqual(new Set(['o0', 'o1', 'o2']));
      await run(orders);
      const ids = new Set(await idsIn(orders));
      expect(ids, `killed at request ${killAt}`).toEqual(new Set(['o0', 'o1', 'o2']));
      if (!killed.died()) return;
    }
  });

  /** A client whose process dies at its n-th request: that one is carried out, and nobody learns of it. */
  function dyingAt(request: number) {
    let count = 0;
    const handles: string[] = [];
    const sqs = new Proxy(queues.sqs, {
      get: (target, name) =>
        name !== 'send'
          ? Reflect.get(target, name)
          : async (command: ReceiveMessageCommand) => {
              if (++count > request) throw new Error('gone');
              const answer = await target.send(command);
              handles.push(...(answer.Messages ?? []).flatMap(({ ReceiptHandle: handle }) => handle ?? []));
              if (count === request) throw new Error('gone');
              return answer;
            },
    });
    return {
      sqs,
      died: () => count >= request,
      /** As when the time has passed for which the dead process held messages. */
      async forgetHandles({ queueUrl }: TestProcessor) {
        for (const ReceiptHandle of handles) {
          const command = { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 };
          await queues.sqs.send(new ChangeMessageVisibilityCommand(command)).catch(() => {});
        }
      },
    };
  }
});
