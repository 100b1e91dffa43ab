/** Bids are told to vendor and buyer: in the inbox, and live. */
import { bidImage } from '../../support/bid.ts';
import type { Deployed } from '../deployed.ts';
import type { Ledger } from '../ledger.ts';
import type { Person } from '../people.ts';
import { seen } from '../wait.ts';

export async function proveBids(
  ledger: Ledger,
  stage: Deployed,
  buyer: Person,
  vendor: Person,
): Promise<void> {
  const table = stage.table('ek-bharath', 'bids');
  const who = { buyer_id: buyer.userId, vendor_id: vendor.userId };
  await ledger.prove('bids', 'a new bid is told to the vendor live', async () => {
    await stage.put(table, bidImage(who));
    return quoted((await vendor.told('new_bid')).text);
  });
  await ledger.prove('bids', 'and waits in the vendor’s inbox', async () => {
    const [row] = await seen(stage.clock, 'the row', async () => {
      const rows = await stage.inbox(vendor.userId);
      return rows.length > 0 && rows;
    });
    return row?.['SK']?.S?.replace(/\d{13}/, '…') ?? '';
  });
  await ledger.prove('bids', 'the vendor’s answer is told to the buyer live', async () => {
    await stage.put(table, bidImage({ ...who, status: 'accepted', vendor_message: 'See you on Friday' }));
    return quoted((await buyer.told('bid_status_update')).text);
  });
}

const quoted = (text: string) => `“${text}”`;
