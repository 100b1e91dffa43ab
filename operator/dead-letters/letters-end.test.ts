/** Where a reading ends, and what it leaves out because this run wrote it; over a queue and a bucket that answer as the test says. */
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { streamRecord } from '../../test/support/record.ts';
import type { System } from '../system/system.ts';
import type { FailedRecord, Letter } from './letter.ts';
import { type LettersOptions, openLetters } from './letters.ts';
import { announcement, envelope } from './testing.ts';

const BUCKET = 'failures';
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes?: { readonly SentTimestamp: string };
}

/** `letter-3` holds the event `letter-3`. */
const message = (
  id: string,
  body: unknown = envelope({ record: streamRecord({ eventID: id }) }),
): Message => ({
  MessageId: id,
  ReceiptHandle: `handle-${id}`,
  Body: JSON.stringify(body),
});

/** Each receive gets the next answer, then nothing any more. What is put back comes with the answer after, before its sending is confirmed. */
function store(answers: Message[][], options: Partial<LettersOptions> = {}, onListing = () => {}) {
  const deleted: string[] = [];
  const givenBack: string[] = [];
  const objects: string[] = [];
  const encodings: (string | undefined)[] = [];
  let receives = 0;
  const sqs = async (command: unknown) => {
    if (command instanceof ReceiveMessageCommand) {
      receives++;
      await turn();
      return { Messages: answers.shift() ?? [] };
    }
    if (command instanceof SendMessageCommand) {
      const again = message('put-back', JSON.parse(command.input.MessageBody ?? ''));
      answers.splice(0, 0, [again]);
      while (answers.includes(answers.find(([first]) => first === again) ?? [])) await turn();
      for (let more = 0; more < 3; more++) await turn();
      return { MessageId: again.MessageId };
    }
    const entries = (command as DeleteMessageBatchCommand).input.Entries ?? [];
    const handles = entries.map(({ ReceiptHandle: handle = '' }) => handle);
    if (command instanceof DeleteMessageBatchCommand) deleted.push(...handles);
    if (command instanceof ChangeMessageVisibilityBatchCommand) givenBack.push(...handles);
    return {};
  };
  const s3 = async (command: unknown) => {
    if (command instanceof PutObjectCommand) {
      objects.push(command.input.Key ?? '');
      encodings.push(command.input.ContentEncoding);
      for (let more = 0; more < 5; more++) await turn();
      return {};
    }
    if (command instanceof ListObjectsV2Command) {
      onListing();
      await turn();
      const prefix = command.input.Prefix ?? '';
      const found = objects.filter((key) => key.startsWith(prefix));
      return { Contents: found.map((Key) => ({ Key, Size: 1 })) };
    }
    throw new Error('nothing else is asked for');
  };
  const letters = openLetters(
    { clients: { sqs: { send: sqs }, s3: { send: s3 } }, processors: [] } as unknown as System,
    { name: 'bids', queueUrl: 'queue', failureBucket: BUCKET },
    {
      clock: new VirtualClock(),
      random: () => 0,
      newId: () => 'id',
      signal: new AbortController().signal,
      waitSeconds: 0,
      ...options,
    },
  );
  return { letters, deleted, givenBack, objects, encodings, receives: () => receives };
}

const idsOf = (found: readonly Letter[]) => found.map(({ source }) => source.message?.messageId);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => message(`letter-${index}`));

/** More than a message takes, and not to be made shorter. */
const large = ({ record: _, ...record }: FailedRecord): FailedRecord => {
  const noise = Array.from({ length: 60_000 }, (_unused, index) => Math.sin(index).toString(36)).join('');
  return { ...record, record: { noise: noise + noise } };
};

test('a short poll that finds nothing is not the end: another one must find nothing new either', async () => {
  const { letters } = store([[], [message('a')], [message('a')], [message('b')]]);
  expect(idsOf(await Array.fromAsync(letters.letters()))).toEqual(['a', 'b']);
  await letters.close();
});

test('a long poll that finds nothing is the end', async () => {
  const { letters, receives } = store([[message('a')], []], { waitSeconds: 1 });
  expect(idsOf(await Array.fromAsync(letters.letters()))).toEqual(['a']);
  expect(receives()).toBe(2);
  await letters.close();
});

test('no more messages are held than SQS lets be in flight, and it is said that there are more', async () => {
  const all = numbered(30);
  const { letters } = store([all.slice(0, 10), all.slice(10, 20), all.slice(20)], { mostHeld: 20 });
  expect(await Array.fromAsync(letters.letters())).toHaveLength(20);
  expect(letters.incomplete()).toContain('there are more');
  await letters.close();
  const whole = store([all.slice(0, 10), all.slice(10, 20)], { mostHeld: 30 });
  expect(await Array.fromAsync(whole.letters.letters())).toHaveLength(20);
  expect(whole.letters.incomplete()).toBeUndefined();
  await whole.letters.close();
});

test('a letter that is released after the reading is with everybody at once', async () => {
  const { letters, givenBack } = store([[message('a'), message('b')]]);
  const found = await Array.fromAsync(letters.letters());
  await letters.release(found.slice(0, 1));
  expect(givenBack).toEqual(['handle-a']);
  await letters.close();
});

test('the announcement of an object that was settled a moment ago goes too', async () => {
  const key = 'aws/lambda/uuid/shard/2026/09/17/x';
  const announced = (id: string) => message(id, announcement(BUCKET, key));
  const others = numbered(20);
  const { letters, deleted } = store([
    [announced('first'), ...others.slice(0, 9)],
    others.slice(9, 19),
    [announced('again')],
  ]);
  for await (const letter of letters.letters()) {
    if (letter.source.object !== undefined) await letters.settle(letter).catch(() => {});
  }
  await letters.close();
  expect(deleted).toEqual(['handle-first', 'handle-again']);
});

test('what was put back is not read in the same run, also where it is received before its sending is confirmed', async () => {
  const all = numbered(20);
  const { letters } = store([all.slice(0, 10), all.slice(10)]);
  const found: Letter[] = [];
  let puttingBack: Promise<void> | undefined;
  for await (const letter of letters.letters()) {
    found.push(letter);
    for (const record of letter.records.slice(0, 1)) puttingBack ??= letters.putBack(record);
  }
  await puttingBack;
  await letters.close();
  expect(idsOf(found)).toEqual(all.map(({ MessageId: id }) => id));
});

test('what was put back as an object is not read in the same run, neither from the bucket nor as announced', async () => {
  const all = numbered(20);
  const answers = [all.slice(0, 10), all.slice(10)];
  const { letters, objects, encodings } = store(answers);
  const found: Letter[] = [];
  for await (const letter of letters.letters()) {
    found.push(letter);
    const [record] = letter.records;
    if (found.length > 1 || record === undefined) continue;
    await letters.putBack(large(record));
    answers.push([message('announced', announcement(BUCKET, ...objects))]);
  }
  await letters.close();
  expect(objects).toHaveLength(1);
  expect(encodings).toEqual(['gzip']);
  expect(answers).toEqual([]);
  expect(idsOf(found)).toEqual(all.map(({ MessageId: id }) => id));
});

test('what is being put back as an object while the bucket is listed is not read in the same run', async () => {
  const records: FailedRecord[] = [];
  const puttingBack: Promise<void>[] = [];
  const { letters, objects } = store([numbered(1)], {}, () => {
    for (const record of records.splice(0)) puttingBack.push(letters.putBack(large(record)));
  });
  // What is read first is known before the bucket is listed.
  const known = store([numbered(1)]);
  for await (const letter of known.letters.letters()) records.push(...letter.records);
  await known.letters.close();
  expect(await Array.fromAsync(letters.letters())).toHaveLength(1);
  await Promise.all(puttingBack);
  expect(objects).toHaveLength(1);
  await letters.close();
});
