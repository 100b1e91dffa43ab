/** How a history of bids or messages ends for people: what waits in their inboxes, what their phones received, in order, and what became letters. */
import { VirtualClock } from '../../local/virtual-clock.ts';
import { createIdempotency } from '../../shared/idempotency/idempotency.ts';
import type { NotifierPorts, NotifyEffect } from '../../shared/notifications/notifier.ts';
import { type Session, sessionOf } from '../../shared/notifications/sessions.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import type { StreamProcessor } from '../../shared/stream/processor.ts';
import { memoryClaimTable } from '../support/claim-table.ts';
import { letterBox } from '../support/letters.ts';
import { replayDirect } from '../support/replay.ts';
import { Switchboard } from '../support/switchboard.ts';

export async function notified(
  processor: string,
  make: (ports: NotifierPorts) => StreamProcessor<NotifyEffect>,
  records: readonly object[],
): Promise<unknown> {
  const clock = new VirtualClock(Date.parse('2026-06-01T00:00:00Z'));
  const board = new Switchboard(clock);
  const sink = letterBox();
  let ids = 0;
  const claims = createIdempotency({ processor, table: memoryClaimTable(), newId: () => `claim-${ids++}` });
  const { inbox, post, languageOfUser } = board;
  const handler = streamHandler(
    make({ ...claims, inbox, post, languageOfUser, sessions: everybodyIsConnected, measure: () => {} }),
    { clock, random: () => 0.5, sink, reporter: { report() {} } },
  );
  await replayDirect(handler, records, { clock, batchSize: 2 });
  return {
    inbox: [...board.rows.values()].sort((a, b) => (`${a.PK} ${a.SK}` < `${b.PK} ${b.SK}` ? -1 : 1)),
    received: board.received.map(({ connection, body }) => ({
      connection,
      body: JSON.parse(body) as unknown,
    })),
    letters: sink.letters.map(({ error }) => error.code),
  };
}

/** With one phone each. */
const everybodyIsConnected = {
  most: 5,
  find: async (userIds: readonly string[]) => userIds.map((userId) => [phoneOf(userId)]),
  remove: async () => {},
};

function phoneOf(userId: string): Session {
  const at = '2026-06-01T00:00:00.000Z';
  const session = sessionOf({
    PK: `SESSION#phone of ${userId}`,
    SK: `USER#${userId}`,
    last_activity: at,
    connected_at: at,
  });
  if (session === undefined) throw new Error(`no session can be made for the user ${userId}`);
  return session;
}
