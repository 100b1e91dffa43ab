/** Messages: what is sent comes back as it was, within what a message can hold (SQS API reference, "SendMessage"). */
import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { answerOf, type Rule } from '../rule.ts';
import { makeQueue, outcomeOf, type Queues, receive, receiveAll, send } from './queues.ts';

/** 1 MiB (developer guide, "Quotas related to messages"). */
const LARGEST = 1024 * 1024;

export const messageRules: readonly Rule<Queues>[] = [
  {
    title: 'a message is received as it was sent, with the id its sender got',
    aws: ['{"title":"टमाटर \\"\\\\ \\r\\n\\t"}', true],
    async observe(queues) {
      const url = await makeQueue(queues);
      const [id] = await send(queues, url, '{"title":"टमाटर \\"\\\\ \\r\\n\\t"}');
      const [message] = await receive(queues, url);
      return [message?.Body, message?.MessageId === id];
    },
  },
  {
    title: 'a message says when it was sent, and how often it was received',
    aws: [true, '1'],
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, 'a');
      const [message] = await receive(queues, url, {
        MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      });
      const { SentTimestamp = '', ApproximateReceiveCount } = message?.Attributes ?? {};
      return [/^\d{13}$/.test(SentTimestamp), ApproximateReceiveCount];
    },
  },
  {
    title: 'a message of 1 MiB is taken, and a byte more is refused',
    aws: ['done', 'InvalidParameterValue', LARGEST],
    async observe(queues) {
      const url = await makeQueue(queues, { MaximumMessageSize: String(LARGEST) });
      const sendBytes = (bytes: number) =>
        outcomeOf(queues.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x'.repeat(bytes) })));
      const outcomes = [await sendBytes(LARGEST), await sendBytes(LARGEST + 1)];
      const [message] = await receive(queues, url);
      return [...outcomes, message?.Body?.length];
    },
  },
  {
    title: 'a message is measured in bytes, not in characters',
    aws: 'InvalidParameterValue',
    async observe(queues) {
      const url = await makeQueue(queues, { MaximumMessageSize: String(LARGEST) });
      const MessageBody = 'é'.repeat(LARGEST / 2 + 1);
      return outcomeOf(queues.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody })));
    },
  },
  {
    title: 'a queue takes what it is made for, and no more',
    aws: ['done', 'InvalidParameterValue', '2048'],
    async observe(queues) {
      const url = await makeQueue(queues, { MaximumMessageSize: '2048' });
      const sendBytes = (bytes: number) =>
        outcomeOf(queues.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x'.repeat(bytes) })));
      const { Attributes: attributes } = await queues.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['MaximumMessageSize'] }),
      );
      return [await sendBytes(2048), await sendBytes(2049), attributes?.['MaximumMessageSize']];
    },
  },
  {
    title: 'an empty message is refused',
    aws: 'refused',
    async observe(queues) {
      const url = await makeQueue(queues);
      const outcome = await outcomeOf(
        queues.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: '' })),
      );
      return outcome === 'done' ? 'done' : 'refused';
    },
  },
  {
    title: 'a character that XML has not is refused',
    aws: 'InvalidMessageContents',
    async observe(queues) {
      const url = await makeQueue(queues);
      return outcomeOf(queues.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'a\u0000b' })));
    },
  },
  {
    title: 'characters beyond the first 65,536 are taken',
    aws: '😀',
    differs: {
      fauxqs: {
        instead: 'InvalidMessageContents',
        harmless:
          'what is sent here is ASCII: letters are JSON with escapes, names of objects are encoded, pointers hold none',
        shownBy: ['shared/dead-letters/encoding.test.ts', 'is plain JSON in ASCII'],
      },
    },
    async observe(queues) {
      const url = await makeQueue(queues);
      const sent = await outcomeOf(
        queues.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: '😀' })),
      );
      return sent === 'done' ? (await receive(queues, url))[0]?.Body : sent;
    },
  },
  {
    title: 'a batch takes ten messages of different ids and 1 MiB together, and answers for each',
    aws: {
      ten: { Successful: 10, Failed: 0 },
      received: 10,
      none: 'EmptyBatchRequest',
      eleven: 'TooManyEntriesInBatchRequest',
      twice: 'BatchEntryIdsNotDistinct',
      large: 'BatchRequestTooLong',
    },
    async observe(queues) {
      const url = await makeQueue(queues, { MaximumMessageSize: String(LARGEST) });
      const batch = async (count: number, body = 'x', id = (index: number) => String(index)) => {
        const Entries = Array.from({ length: count }, (_, index) => ({ Id: id(index), MessageBody: body }));
        const answer = await answerOf(
          queues.sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries })),
        );
        return typeof answer === 'string'
          ? answer
          : { Successful: answer.Successful?.length ?? 0, Failed: answer.Failed?.length ?? 0 };
      };
      const ten = await batch(10);
      return {
        ten,
        received: (await receiveAll(queues, url)).length,
        none: await batch(0),
        eleven: await batch(11),
        twice: await batch(2, 'x', () => 'same'),
        large: await batch(10, 'x'.repeat(LARGEST / 8)),
      };
    },
  },
];
