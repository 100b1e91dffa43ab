/** Chat messages are told to who they are for, and reading them to who wrote them. */
import { messageImage } from '../../support/message.ts';
import type { Deployed } from '../deployed.ts';
import type { Ledger } from '../ledger.ts';
import type { Person } from '../people.ts';

const MONTH_S = 30 * 86_400;

export async function proveConversations(
  ledger: Ledger,
  stage: Deployed,
  buyer: Person,
  vendor: Person,
): Promise<void> {
  const table = stage.table('ek-bharath', 'conversations');
  const at = new Date(stage.clock.now()).toISOString();
  const keys = { chat: `${buyer.userId}#${vendor.userId}`, row: `MSG#${at}` };
  const message = {
    sender_id: buyer.userId,
    recipient_id: vendor.userId,
    created_at: at,
    ttl: Math.floor(stage.clock.now() / 1000) + MONTH_S,
  };
  await ledger.prove('conversations', 'a message is told to its recipient live', async () => {
    await stage.put(table, messageImage(message, keys));
    return `“${(await vendor.told('new_message')).text}”`;
  });
  await ledger.prove('conversations', 'that it was read is told to its sender live', async () => {
    await stage.put(table, messageImage({ ...message, read_status: 'read' }, keys));
    return `“${(await buyer.told('message_read')).text}”`;
  });
}
