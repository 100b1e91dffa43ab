/** A processor's letters over SQS and S3: each is found, none is lost, none stays hidden, and only settled ones go. */
import { gzipSync } from 'node:zlib';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamRecord } from '../../test/support/record.ts';
import type { Letter } from './letter.ts';
import { openLetters } from './letters.ts';
import { all, startTestQueues, type TestQueues } from './test-queues.ts';
import { announcement, envelope, givenUp, payloadOf, TEST_MESSAGE, threeRecords } from './testing.ts';

let queues: TestQueues;
beforeAll(async () => {
  queues = await startTestQueues();
});
afterAll(() => queues.stop());

const BATCH_KEY = 'aws/lambda/uuid/shardId-1/2026/09/17/2026-09-17T13.03.40-a b';
const batch = () => JSON.stringify(givenUp({ payload: payloadOf(threeRecords()) }));
const lettersOf = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    envelope({ record: streamRecord({ seq: String(index + 1), eventID: `e${index}` }) }),
  );
const eventIds = (letters: readonly Letter[]) =>
  letters.flatMap(({ records }) => records.map(({ eventId }) => eventId)).sort();

test('every form is read, and everything is with everybody again afterwards', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.put(BATCH_KEY, batch());
  await bids.send(
    envelope(),
    announcement(bids.failureBucket, BATCH_KEY),
    TEST_MESSAGE,
    'nonsense',
    givenUp(),
  );
  const open = bids.open({ resolve: false });
  const letters = await all(open);
  expect(letters.map(({ form }) => form).sort()).toEqual([
    'envelope',
    'failed-batch',
    'pointer',
    'test-message',
    'unknown',
  ]);
  const found = letters.find(({ form }) => form === 'failed-batch');
  expect(found?.records).toMatchObject([{ processor: 'bids' }, { processor: 'bids' }, { processor: 'bids' }]);
  expect(found?.source).toMatchObject({ object: { bucket: bids.failureBucket, key: BATCH_KEY } });
  expect(await bids.messages()).toEqual({ visible: 0, hidden: 5 });
  await open.close();
  expect(await bids.messages()).toEqual({ visible: 5, hidden: 0 });
  expect(await bids.objects()).toEqual([BATCH_KEY]);
});

test('an object that no message announces is found, also one of ours; other objects are nobody’s letters', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.put(BATCH_KEY, batch());
  await bids.put('dead-letters/bids/2026/09/17/x.json.gz', gzipSync(JSON.stringify(envelope())));
  await bids.put('readme.txt', 'hello');
  const open = bids.open();
  const letters = await all(open);
  expect(letters.map(({ form, source }) => [form, source.message])).toEqual([
    ['failed-batch', undefined],
    ['envelope', undefined],
  ]);
  for (const letter of letters) await open.settle(letter);
  await open.close();
  expect(await bids.objects()).toEqual(['readme.txt']);
});

test('settling deletes the message and its object; twice is harmless', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.put(BATCH_KEY, batch());
  await bids.send(announcement(bids.failureBucket, BATCH_KEY), envelope());
  const open = bids.open();
  for await (const letter of open.letters()) {
    await open.settle(letter);
    await open.settle({ ...letter });
  }
  await open.close();
  expect(await bids.messages()).toEqual({ visible: 0, hidden: 0 });
  expect(await bids.objects()).toEqual([]);
});

test('an object whose message has gone already, as when a settling was killed, is a letter still', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.put(BATCH_KEY, batch());
  await bids.send(announcement(bids.failureBucket, BATCH_KEY));
  const s3 = new Proxy(queues.s3, {
    get: (target, name) =>
      name !== 'send'
        ? Reflect.get(target, name)
        : (command: Parameters<typeof target.send>[0]) =>
            command instanceof DeleteObjectCommand ? Promise.reject(new Error('gone')) : target.send(command),
  });
  const killed = bids.open({}, { s3 });
  for await (const letter of killed.letters()) await expect(killed.settle(letter)).rejects.toThrow('gone');
  await killed.close();
  expect(await bids.messages()).toEqual({ visible: 0, hidden: 0 });
  const open = bids.open();
  const letters = await all(open);
  expect(letters).toMatchObject([{ form: 'failed-batch', resolvable: true }]);
  for (const letter of letters) await open.settle(letter);
  await open.close();
  expect(await bids.objects()).toEqual([]);
});

test('repeated notifications of one object are one letter, and all go with it', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.put(BATCH_KEY, batch());
  const again = announcement(bids.failureBucket, BATCH_KEY);
  await bids.send(...Array.from({ length: 25 }, () => again));
  const open = bids.open();
  let letters = 0;
  for await (const letter of open.letters()) {
    letters++;
    await open.settle(letter);
  }
  await open.close();
  expect(letters).toBe(1);
  expect(await bids.messages()).toEqual({ visible: 0, hidden: 0 });
});

test('a message that announces two objects goes with the second', async () => {
  const bids = await queues.addProcessor('bids');
  const keys = [BATCH_KEY, `${BATCH_KEY}2`];
  for (const key of keys) await bids.put(key, batch());
  await bids.send(announcement(bids.failureBucket, ...keys));
  const open = bids.open();
  const [first, second] = await all(open);
  if (first === undefined || second === undefined) throw new Error('two letters expected');
  await open.settle(first);
  expect(await bids.messages()).toEqual({ visible: 0, hidden: 1 });
  expect(await bids.objects()).toEqual([keys[1]]);
  await open.settle(second);
  await open.close();
  expect(await bids.messages()).toEqual({ visible: 0, hidden: 0 });
});

test('a notification whose object is gone says so', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(announcement(bids.failureBucket, BATCH_KEY));
  const open = bids.open();
  expect(await all(open)).toMatchObject([
    { form: 'failed-batch', resolvable: false, reason: { code: 'OBJECT_GONE' } },
  ]);
  await open.close();
});

test('a record that is put back keeps its first time and its error, and is not read in the same run', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.put(BATCH_KEY, batch());
  await bids.send(announcement(bids.failureBucket, BATCH_KEY));
  const open = bids.open();
  let read = 0;
  for await (const letter of open.letters()) {
    read++;
    for (const record of letter.records) await open.putBack(record);
    await open.settle(letter);
  }
  await open.close();
  expect(read).toBe(1);
  const bodies = (await bids.visible()).map((body) => JSON.parse(body));
  expect(bodies).toHaveLength(3);
  expect(bodies.map(({ record }) => record.dynamodb.SequenceNumber).sort()).toEqual(
    threeRecords().map(({ dynamodb }) => dynamodb.SequenceNumber),
  );
  expect(bodies[0]).toMatchObject({
    version: 1,
    processor: 'bids',
    failedAt: '2026-09-17T13:03:40.011Z',
    error: { code: 'RetryAttemptsExhausted' },
    requestId: 'cb0cfcd7-36cb-4399-9058-ada2be1314eb',
  });
});

test('a record too large for a message is put back as an object, which is not read in the same run', async () => {
  const bids = await queues.addProcessor('bids');
  const noise = Array.from({ length: 60_000 }, (_, index) => Math.sin(index).toString(36)).join('');
  await bids.send(envelope());
  const open = bids.open();
  let read = 0;
  for await (const letter of open.letters()) {
    read++;
    for (const record of letter.records) await open.putBack({ ...record, record: { noise: noise + noise } });
  }
  await open.close();
  expect(read).toBe(1);
  const again = bids.open();
  const found = (await all(again)).find(({ source }) => source.object !== undefined);
  expect(found?.records).toMatchObject([
    { failedAt: '2026-09-17T13:00:00.000Z', record: { noise: noise + noise } },
  ]);
  await again.close();
});

test('many letters are each read once', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(...lettersOf(237));
  const open = bids.open();
  const letters = await all(open);
  expect(eventIds(letters)).toEqual(Array.from({ length: 237 }, (_, index) => `e${index}`).sort());
  await open.close();
  expect(await bids.messages()).toEqual({ visible: 237, hidden: 0 });
});

test('whoever stops in the middle hides nothing: by leaving, by an interrupt, by an error', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(...lettersOf(45));
  const leaving = bids.open();
  for await (const _ of leaving.letters()) break;
  await leaving.close();
  expect(await bids.messages()).toEqual({ visible: 45, hidden: 0 });

  const interrupt = new AbortController();
  const interrupted = bids.open({ signal: interrupt.signal });
  const reading = (async () => {
    for await (const _ of interrupted.letters()) interrupt.abort(new Error('enough'));
  })();
  await expect(reading).rejects.toThrow('enough');
  await interrupted.close();
  expect(await bids.messages()).toEqual({ visible: 45, hidden: 0 });
});

test('letters that are released are given back when the reading ends, and not read again', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(...lettersOf(30));
  const open = bids.open();
  let read = 0;
  for await (const letter of open.letters()) {
    read++;
    await open.release([letter]);
  }
  expect(read).toBe(30);
  expect(await bids.messages()).toEqual({ visible: 30, hidden: 0 });
  await open.close();
});

test('what is held is renewed while it is worked on, and given back in the end', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(...lettersOf(12));
  const changes: (number | undefined)[] = [];
  const sqs = new Proxy(queues.sqs, {
    get: (target, name) =>
      name !== 'send'
        ? Reflect.get(target, name)
        : (command: Parameters<typeof target.send>[0]) => {
            if (command instanceof ChangeMessageVisibilityBatchCommand)
              changes.push(...(command.input.Entries ?? []).map(({ VisibilityTimeout: seconds }) => seconds));
            return target.send(command);
          },
  });
  let nowMs = 0;
  const timers: { readonly ms: number; readonly run: () => void }[] = [];
  const after = (ms: number, run: () => void) => {
    timers.push({ ms, run });
    return () => {};
  };
  const open = bids.open({ clock: { now: () => nowMs, after }, visibilitySeconds: 90 }, { sqs });
  await all(open);
  expect(changes).toEqual([]);
  const [timer] = timers;
  nowMs += timer?.ms ?? 0;
  expect(nowMs).toBeLessThan(90_000 / 2);
  timer?.run();
  await expect.poll(() => changes).toEqual(Array(12).fill(90));
  await open.close();
  expect(changes.slice(12)).toEqual(Array(12).fill(0));
  expect(await bids.messages()).toEqual({ visible: 12, hidden: 0 });
});

test('a letter of another processor says whose record it holds', async () => {
  const bids = await queues.addProcessor('bids');
  await bids.send(envelope({ processor: 'bookings' }));
  const open = bids.open();
  expect(await all(open)).toMatchObject([
    { processor: 'bids', reason: { code: 'OTHER_PROCESSOR' }, records: [{ processor: 'bookings' }] },
  ]);
  await open.close();
});

test('a queue that is not there is named', async () => {
  const bids = await queues.addProcessor('bids');
  const gone = openLetters(
    bids.system(),
    { ...bids, queueUrl: `${bids.queueUrl}-gone` },
    {
      clock: { now: Date.now, after: () => () => {} },
      random: () => 0,
      newId: () => 'id',
      signal: new AbortController().signal,
    },
  );
  await expect(all(gone)).rejects.toThrow(/bids: its queue .*-gone cannot be read/);
  await gone.close();
});
