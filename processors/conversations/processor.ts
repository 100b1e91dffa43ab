/** conversations → notifications: the recipient hears of a message, the sender of its being read, in the order of the chat. */
import {
  type NotifierPorts,
  type NotifyEffect,
  noticePlan,
  notifier,
} from '../../shared/notifications/notifier.ts';
import type { StreamProcessor } from '../../shared/stream/processor.ts';
import { orderingKey } from './chat.ts';
import { decide } from './decide.ts';

export function conversationsProcessor(ports: NotifierPorts): StreamProcessor<NotifyEffect> {
  return {
    name: 'conversations',
    images: 'new-and-old',
    orderingKey,
    decide,
    carryOut: notifier('conversations', ports),
    plan: noticePlan(ports.recall),
  };
}
