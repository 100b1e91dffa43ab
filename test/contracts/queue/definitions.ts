/** What a queue says of itself: checks and status read it (SQS API reference, "GetQueueAttributes", "CreateQueue"). */
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { answerOf, outcomeOf, type Rule } from '../rule.ts';
import { freshName, makeQueue, type Queues, send, shortName } from './queues.ts';

export const queueDefinitionRules: readonly Rule<Queues>[] = [
  {
    title: 'a queue says how long it keeps and hides, how much it takes, and what is in it',
    aws: {
      MessageRetentionPeriod: '1209600',
      VisibilityTimeout: '900',
      MaximumMessageSize: '1048576',
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '1',
    },
    async observe(queues) {
      const url = await makeQueue(queues, {
        MessageRetentionPeriod: '1209600',
        VisibilityTimeout: '900',
        MaximumMessageSize: '1048576',
      });
      await send(queues, url, 'now');
      await queues.sqs.send(
        new SendMessageCommand({ QueueUrl: url, MessageBody: 'later', DelaySeconds: 900 }),
      );
      const { Attributes: attributes = {} } = await queues.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
      );
      return Object.fromEntries(
        (
          [
            'MessageRetentionPeriod',
            'VisibilityTimeout',
            'MaximumMessageSize',
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
            'ApproximateNumberOfMessagesDelayed',
          ] as const
        ).map((name) => [name, attributes[name]]),
      );
    },
  },
  {
    title: 'a queue that is made again as it is is the same queue; made otherwise, it is refused',
    aws: [true, 'QueueNameExists'],
    async observe({ sqs }) {
      const QueueName = freshName();
      const make = (VisibilityTimeout: string) =>
        answerOf(sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout } })));
      const [first, again, other] = [await make('60'), await make('60'), await make('61')];
      return [
        typeof first !== 'string' && typeof again !== 'string' && first.QueueUrl === again.QueueUrl,
        typeof other === 'string' ? shortName(other) : 'done',
      ];
    },
  },
  {
    title: 'a queue that is not there is said not to be',
    aws: ['QueueDoesNotExist', 'QueueDoesNotExist'],
    async observe(queues) {
      const url = `${(await makeQueue(queues)).replace(/[^/]+$/, '')}contract-never`;
      return [
        await outcomeOf(queues.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'a' }))),
        await outcomeOf(queues.sqs.send(new GetQueueUrlCommand({ QueueName: 'contract-never' }))),
      ];
    },
  },
];
