/** bids → notifications: who hears of a bid, a purchase, and of what becomes of it. */
import {
  type NotifierPorts,
  type NotifyEffect,
  noticePlan,
  notifier,
} from '../../shared/notifications/notifier.ts';
import type { StreamProcessor } from '../../shared/stream/processor.ts';
import { decide } from './decide.ts';
import { orderingKey } from './key.ts';

export function bidsProcessor(ports: NotifierPorts): StreamProcessor<NotifyEffect> {
  return {
    name: 'bids',
    images: 'new-and-old',
    orderingKey,
    decide,
    carryOut: notifier('bids', ports),
    plan: noticePlan(ports.recall),
  };
}
