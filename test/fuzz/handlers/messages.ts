/** The functions of bids and conversations: inbox, sessions and claims in memory. */
import type { VirtualClock } from '../../../local/virtual-clock.ts';
import { bidsProcessor } from '../../../processors/bids/processor.ts';
import { conversationsProcessor } from '../../../processors/conversations/processor.ts';
import { createIdempotency } from '../../../shared/idempotency/idempotency.ts';
import type { NotifierPorts } from '../../../shared/notifications/notifier.ts';
import { startingAt } from '../../../shared/stream/not-before.ts';
import { bidRecord } from '../../support/bid.ts';
import { memoryClaimTable } from '../../support/claim-table.ts';
import { messageRecord } from '../../support/message.ts';
import { Switchboard } from '../../support/switchboard.ts';
import { handlerSuite } from './handler-law.ts';

export const bidsFuzz = handlerSuite({
  name: 'bids',
  samples: [
    bidRecord({ after: {} }),
    bidRecord({ after: {}, row: 'PURCHASE#b2' }, { seq: '200000000000000000001' }),
    bidRecord(
      { before: {}, after: { status: 'accepted', counter_offer: 21 } },
      { seq: '300000000000000000001' },
    ),
    bidRecord({ before: {}, after: { amount: 25 } }, { seq: '400000000000000000001' }),
    bidRecord({ before: {} }, { seq: '500000000000000000001' }),
  ],
  make: (clock) => ({ processor: startingAt(bidsProcessor(ports('bids', clock)), 1_600_000_000_000) }),
});

export const conversationsFuzz = handlerSuite({
  name: 'conversations',
  samples: [
    messageRecord({ after: {} }),
    messageRecord({ before: {}, after: { read_status: 'read' } }, { seq: '200000000000000000001' }),
    messageRecord({ before: {}, after: { message_id: 'm2' } }, { seq: '300000000000000000001' }),
    messageRecord({ after: {}, keys: { row: 'METADATA' } }, { seq: '400000000000000000001' }),
    messageRecord({ before: {} }, { seq: '500000000000000000001' }),
  ],
  make: (clock) => ({ processor: conversationsProcessor(ports('conversations', clock)) }),
});

function ports(processor: 'bids' | 'conversations', clock: VirtualClock): NotifierPorts {
  const board = new Switchboard(clock);
  for (const user of ['vendor', 'buyer', 'asha', 'ravi'])
    board.connect({ id: `${user}-web`, user, since: clock.now() - 600_000, language: 'tamil' });
  let ids = 0;
  const { inbox, sessions, post } = board;
  return {
    ...createIdempotency({
      processor,
      table: memoryClaimTable(),
      newId: () => `owner-${ids++}`,
      notice: () => {},
    }),
    inbox,
    sessions,
    post,
    languageOfUser: async () => 'hindi',
    measure() {},
  };
}
