/** Receiving, holding, giving back and deleting: nothing of a queue is lost, nothing is held for ever (SQS developer guide, "Visibility timeout"). */
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
} from '@aws-sdk/client-sqs';
import { holdMessages } from '../../../operator/dead-letters/held-messages.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import { answerOf, type Rule } from '../rule.ts';
import { counts, makeQueue, outcomeOf, type Queues, receive, receiveAll, send } from './queues.ts';

/** Of the form of none that a queue gives. */
const NO_HANDLE = 'AQEBnoHandleThatAnyQueueGave==';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

export const visibilityRules: readonly Rule<Queues>[] = [
  {
    title: 'what was received is hidden from everybody else, and counted so',
    aws: [[3, 0], 3, 0, [0, 3]],
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, ...numbers(3));
      const before = await counts(queues, url);
      const all = await receiveAll(queues, url);
      return [before, all.length, (await receive(queues, url)).length, await counts(queues, url)];
    },
  },
  {
    title: 'a receive gives ten at most, and asks for no more',
    aws: [10, 'refused', 'refused'],
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, ...numbers(12));
      const first = await receive(queues, url, { WaitTimeSeconds: 1 });
      const asked = async (count: number) => {
        const answer = await answerOf(receive(queues, url, { MaxNumberOfMessages: count }));
        return typeof answer === 'string' ? 'refused' : answer.length;
      };
      return [first.length, await asked(11), await asked(0)];
    },
  },
  {
    title: 'a message that is given back is there again at once, received once more, under another handle',
    aws: ['m0', '2', true],
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, 'm0');
      const [first] = await receive(queues, url);
      await queues.sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: first?.ReceiptHandle,
          VisibilityTimeout: 0,
        }),
      );
      const [again] = await receive(queues, url, {
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      return [
        again?.Body,
        again?.Attributes?.ApproximateReceiveCount,
        again?.ReceiptHandle !== first?.ReceiptHandle,
      ];
    },
  },
  {
    title: 'a receive hides for as long as it asks, whatever the queue says',
    aws: ['m0', 'm0'],
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, 'm0');
      const [first] = await receive(queues, url, { VisibilityTimeout: 0 });
      const [again] = await receive(queues, url);
      return [first?.Body, again?.Body];
    },
  },
  {
    title: 'a batch of changes answers for each: a handle that is none fails alone',
    aws: { Successful: ['good'], Failed: [['bad', 'ReceiptHandleIsInvalid']], counted: [1, 0] },
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, 'm0');
      const [message] = await receive(queues, url);
      const answer = await answerOf(
        queues.sqs.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: url,
            Entries: [
              { Id: 'bad', ReceiptHandle: NO_HANDLE, VisibilityTimeout: 0 },
              { Id: 'good', ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 },
            ],
          }),
        ),
      );
      if (typeof answer === 'string') return answer;
      return {
        Successful: answer.Successful?.map(({ Id }) => Id),
        Failed: answer.Failed?.map(({ Id, Code }) => [Id, Code]),
        counted: await counts(queues, url),
      };
    },
  },
  {
    title: 'a batch of deletions answers for each: a handle that is none fails alone',
    aws: { Successful: ['good'], Failed: [['bad', 'ReceiptHandleIsInvalid']], counted: [0, 0] },
    differs: {
      fauxqs: {
        instead: { Successful: ['bad', 'good'], Failed: [], counted: [0, 0] },
        harmless:
          'it takes any handle for one of a message that is gone; that an entry fails alone is tested on scripted answers, and on MiniStack by this rule',
        shownBy: [
          'operator/dead-letters/delete-together.test.ts',
          'a message that is not deleted is an error of its own',
        ],
      },
    },
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, 'm0');
      const [message] = await receive(queues, url);
      const answer = await answerOf(
        queues.sqs.send(
          new DeleteMessageBatchCommand({
            QueueUrl: url,
            Entries: [
              { Id: 'bad', ReceiptHandle: NO_HANDLE },
              { Id: 'good', ReceiptHandle: message?.ReceiptHandle },
            ],
          }),
        ),
      );
      if (typeof answer === 'string') return answer;
      return {
        Successful: answer.Successful?.map(({ Id }) => Id),
        Failed: answer.Failed?.map(({ Id, Code }) => [Id, Code]),
        counted: await counts(queues, url),
      };
    },
  },
  {
    title: 'a message that was deleted is deleted again without an error',
    aws: ['done', 'done', [0, 0]],
    differs: {
      MiniStack: {
        instead: ['done', 'ReceiptHandleIsInvalid', [0, 0]],
        harmless:
          'a message is deleted once by whoever holds it; who finds a letter settled twice is shown on fauxqs',
        shownBy: [
          'operator/dead-letters/letters.test.ts',
          'settling deletes the message and its object; twice is harmless',
        ],
      },
    },
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, 'm0');
      const [message] = await receive(queues, url);
      const remove = () =>
        outcomeOf(
          queues.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle })),
        );
      return [await remove(), await remove(), await counts(queues, url)];
    },
  },
  {
    title: 'a message that was received again is deleted by the handle of the last time',
    aws: ['done', [0, 0]],
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, 'm0');
      await receive(queues, url, { VisibilityTimeout: 0 });
      const [last] = await receive(queues, url);
      const removed = await outcomeOf(
        queues.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: last?.ReceiptHandle })),
      );
      return [removed, await counts(queues, url)];
    },
  },
  {
    title: 'a message that is visible again is no longer held by its handle',
    aws: 'refused',
    differs: {
      fauxqs: {
        instead: 'done',
        harmless: 'on AWS the refusal is taken for what it is: somebody else has the message, or will',
      },
      MiniStack: {
        instead: 'done',
        harmless: 'as on fauxqs',
      },
    },
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, 'm0');
      const [message] = await receive(queues, url, { VisibilityTimeout: 0 });
      const outcome = await outcomeOf(
        queues.sqs.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: url,
            ReceiptHandle: message?.ReceiptHandle,
            VisibilityTimeout: 60,
          }),
        ),
      );
      return outcome === 'done' ? 'done' : 'refused';
    },
  },
  {
    title: 'the operator’s tool holds what it receives, deletes what it settles, and gives the rest back',
    aws: { held: [0, 4], after: [3, 0], left: ['m1', 'm2', 'm3'] },
    async observe(queues) {
      const url = await makeQueue(queues);
      await send(queues, url, ...numbers(4));
      const held = holdMessages({
        sqs: queues.sqs,
        clock: systemClock,
        queueUrl: url,
        visibilitySeconds: 60,
        waitSeconds: 0,
      });
      const messages = [];
      for (let page = await held.receive(); page.length > 0; page = await held.receive())
        messages.push(...page);
      const whileHeld = await counts(queues, url);
      await held.delete(messages.find(({ Body }) => Body === 'm0')?.MessageId ?? '');
      await held.close();
      const after = await counts(queues, url);
      const left = (await receiveAll(queues, url)).map(({ Body }) => Body).sort();
      return { held: whileHeld, after, left };
    },
  },
  {
    title: 'a receive that waits is answered by the message that comes',
    aws: ['m0'],
    async observe(queues) {
      const url = await makeQueue(queues);
      const waiting = receive(queues, url, { WaitTimeSeconds: 20 });
      await send(queues, url, 'm0');
      return (await waiting).map(({ Body }) => Body);
    },
  },
];
