/** What a reading says when it is broken off, or its queue or bucket fails it; and what it asks for where nobody says otherwise. */
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { streamRecord } from '../../test/support/record.ts';
import type { System } from '../system/system.ts';
import type { Letter } from './letter.ts';
import { type LettersOptions, openLetters } from './letters.ts';
import { envelope, givenUp } from './testing.ts';

const SENT = Date.parse('2026-09-17T14:00:00.000Z');
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const message = (id: string, body: unknown = envelope({ record: streamRecord({ eventID: id }) })) => ({
  MessageId: id,
  ReceiptHandle: `handle-${id}`,
  Body: JSON.stringify(body),
  Attributes: { SentTimestamp: String(SENT) },
});
const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => message(`m${from + index}`));

/** A receive gets the next answer, then none; one that makes an error is a failure. So is what else is in `failing`. */
function store(
  answers: readonly (readonly object[] | (() => Error))[],
  options: Partial<LettersOptions> = {},
  failing: { readonly listing?: () => Error; readonly sending?: Error; readonly putting?: Error } = {},
) {
  const asked: ReceiveMessageCommand['input'][] = [];
  const sent: string[] = [];
  const put: string[] = [];
  const send = async (command: unknown) => {
    await turn();
    if (command instanceof ReceiveMessageCommand) {
      const answer = answers[asked.length] ?? [];
      asked.push(command.input);
      if (typeof answer === 'function') throw answer();
      return { Messages: answer };
    }
    if (command instanceof ListObjectsV2Command && failing.listing !== undefined) throw failing.listing();
    if (command instanceof SendMessageCommand) {
      if (failing.sending !== undefined) throw failing.sending;
      sent.push(command.input.MessageBody ?? '');
      return { MessageId: `sent-${sent.length}` };
    }
    if (command instanceof PutObjectCommand) {
      if (failing.putting !== undefined) throw failing.putting;
      put.push(command.input.Key ?? '');
    }
    return {};
  };
  let ids = 0;
  const letters = openLetters(
    { clients: { sqs: { send }, s3: { send } }, processors: [] } as unknown as System,
    { name: 'bids', queueUrl: 'queue-of-bids', failureBucket: 'bucket-of-bids' },
    {
      clock: new VirtualClock(),
      random: () => 0,
      newId: () => `id-${ids++}`,
      signal: new AbortController().signal,
      ...options,
    },
  );
  return { letters, asked, sent, put };
}

const nameOf = ({ source }: Letter) => source.message?.messageId;

test('an interrupt ends a reading at once, with its own reason: no further letter, and no more is asked for', async () => {
  const interrupt = new AbortController();
  const { letters, asked } = store([numbered(0, 10), numbered(10, 10), numbered(20, 10)], {
    signal: interrupt.signal,
  });
  const found: (string | undefined)[] = [];
  const reading = (async () => {
    for await (const letter of letters.letters()) {
      found.push(nameOf(letter));
      if (found.length === 2) interrupt.abort(new Error('enough'));
    }
  })();
  await expect(reading).rejects.toThrow('enough');
  expect(found).toEqual(['m0', 'm1']);
  await letters.close();
  // The second was asked for while the first was read.
  expect(asked).toHaveLength(2);
});

test('an interrupt after the last letter of an answer asks for no further one', async () => {
  const interrupt = new AbortController();
  const { letters, asked } = store([numbered(0, 4), [], numbered(4, 4)], {
    signal: interrupt.signal,
    waitSeconds: 0,
  });
  const reading = (async () => {
    for await (const _ of letters.letters()) interrupt.abort(new Error('enough'));
  })();
  await expect(reading).rejects.toThrow('enough');
  await letters.close();
  expect(asked).toHaveLength(2);
});

test.each(['the queue', 'the bucket'])(
  'an interrupt while %s is asked is an interrupt, and no fault of it',
  async (asked) => {
    const interrupt = new AbortController();
    const cutOff = () => {
      interrupt.abort(new Error('enough'));
      return new Error('cut off');
    };
    const answers = [numbered(0, 1), ...(asked === 'the queue' ? [cutOff] : [])];
    const { letters } = store(answers, { signal: interrupt.signal }, { listing: cutOff });
    await expect(Array.fromAsync(letters.letters())).rejects.toThrow('enough');
    await letters.close();
  },
);

test.each<[string, RegExp, (() => Error)[], { listing: () => Error } | undefined]>([
  [
    'a queue',
    /^bids: its queue queue-of-bids cannot be read \(AccessDenied: no.*sqs:ReceiveMessage/,
    [() => Object.assign(new Error('no'), { name: 'AccessDenied' })],
    undefined,
  ],
  [
    'a bucket',
    /^bids: its bucket bucket-of-bids cannot be read \(NoSuchBucket: none.*s3:ListBucket/,
    [],
    { listing: () => Object.assign(new Error('none'), { name: 'NoSuchBucket' }) },
  ],
])(
  '%s that fails is named after the letters that were read, with the right that it needs',
  async (_, says, answers, failing) => {
    const { letters } = store([numbered(0, 5), ...answers], {}, failing);
    const found: (string | undefined)[] = [];
    const reading = (async () => {
      for await (const letter of letters.letters()) {
        found.push(nameOf(letter));
        // However long it is worked on, a failure meanwhile is nobody else's.
        for (let more = 0; more < 5; more++) await turn();
      }
    })();
    await expect(reading).rejects.toThrow(says);
    expect(found.slice(0, 2)).toEqual(['m0', 'm1']);
    await letters.close();
  },
);

test('a letter that does not say when it was given up was so when its message was sent', async () => {
  const { letters } = store([[message('p', givenUp({ timestamp: undefined }))]], { resolve: false });
  expect(await Array.fromAsync(letters.letters())).toMatchObject([
    { failedAt: new Date(SENT).toISOString(), source: { message: { sentAtMs: SENT } } },
  ]);
  await letters.close();
});

test('where nobody says otherwise, answers are waited for, messages are held for two minutes, and thousands at once', async () => {
  const pages = Array.from({ length: 200 }, (_, page) => numbered(page * 10, 10));
  const { letters, asked } = store(pages);
  expect(await Array.fromAsync(letters.letters())).toHaveLength(2_000);
  expect(letters.incomplete()).toBeUndefined();
  expect(asked[0]).toMatchObject({ VisibilityTimeout: 120, WaitTimeSeconds: 1 });
  await letters.close();
});

test('where nobody says otherwise, pointers are followed', async () => {
  const { letters } = store([[message('p', givenUp({ info: { streamArn: 'no arn' } }))]]);
  expect(await Array.fromAsync(letters.letters())).toMatchObject([{ reason: { code: 'STREAM_UNKNOWN' } }]);
  await letters.close();
});

test('a record that is put back is the letter that it was, whole', async () => {
  const whole = envelope({ error: { code: 'MAIL_REFUSED', type: 'MessageRejected', details: 'to: 1' } });
  const { letters, sent } = store([[message('m', whole)]]);
  for await (const { records } of letters.letters())
    for (const record of records) await letters.putBack(record);
  await letters.close();
  expect(sent.map((body) => JSON.parse(body))).toEqual([whole]);
});

test('records too large for messages are each put back as an object of their own', async () => {
  const noise = Array.from({ length: 120_000 }, (_, index) => Math.sin(index).toString(36)).join('');
  const { letters, put } = store([numbered(0, 1)]);
  for await (const { records } of letters.letters())
    for (const record of records)
      await Promise.all(['a', 'b'].map((id) => letters.putBack({ ...record, record: { id, noise } })));
  await letters.close();
  expect(new Set(put).size).toBe(2);
});

test('what was not kept was not put back: whoever asked for it learns of it', async () => {
  const noise = Array.from({ length: 120_000 }, (_, index) => Math.sin(index).toString(36)).join('');
  const failing = { sending: new Error('SQS is away'), putting: new Error('S3 is away') };
  const { letters, sent, put } = store([numbered(0, 1)], {}, failing);
  for await (const { records } of letters.letters()) {
    for (const record of records) {
      await expect(letters.putBack(record)).rejects.toThrow('SQS is away');
      await expect(letters.putBack({ ...record, record: { noise } })).rejects.toThrow('S3 is away');
    }
  }
  expect([sent, put]).toEqual([[], []]);
  await letters.close();
});
