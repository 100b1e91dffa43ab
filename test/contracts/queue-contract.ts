/** What this project needs of SQS: dead letters wait there, and the operator's tool holds, settles and gives them back. */
import { queueDefinitionRules } from './queue/definitions.ts';
import { messageRules } from './queue/messages.ts';
import type { Queues } from './queue/queues.ts';
import { visibilityRules } from './queue/visibility.ts';
import type { Contract } from './rule.ts';

export const queueContract: Contract<Queues> = {
  messages: messageRules,
  visibility: visibilityRules,
  definitions: queueDefinitionRules,
};
