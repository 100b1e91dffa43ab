/** Builds items and records of the bids table for tests: valid by default, anything overridden by name. */
import { type Image, image, type Plain } from '../../fixtures/generate/image.ts';
import { type RecordParts, streamRecord } from './record.ts';

export type Attributes = { readonly [name: string]: Plain | undefined };

export const bidKeys = (row = 'BID#b1', product = 'p1'): Image =>
  image({ PK: `PRODUCT#${product}`, SK: row });

/** @param row `BID#<id>` or `PURCHASE#<id>` */
export function bidImage(attributes: Attributes = {}, row = 'BID#b1'): Image {
  return {
    ...bidKeys(row),
    ...image({
      bid_id: 'b1',
      product_id: 'p1',
      buyer_id: 'buyer',
      vendor_id: 'vendor',
      buyer_type: 'B2B',
      amount: 22.5,
      quantity: 200,
      total_amount: 4500,
      unit: 'kg',
      message: 'Can you deliver on Friday?',
      voice_message: null,
      status: 'pending',
      created_at: '2026-03-17T03:30:00.000Z',
      updated_at: '2026-03-17T03:30:00.000Z',
      expires_at: '2026-03-19T03:30:00.000Z',
      ...attributes,
    }),
  };
}

/** A change of one bid: INSERT without `before`, REMOVE without `after`. */
export function bidRecord(
  { before, after, row = 'BID#b1' }: { before?: Attributes; after?: Attributes; row?: string },
  parts: RecordParts = {},
) {
  return streamRecord({
    eventName: after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
    keys: bidKeys(row),
    ...(after === undefined ? {} : { newImage: bidImage(after, row) }),
    ...(before === undefined ? {} : { oldImage: bidImage(before, row) }),
    ...parts,
  });
}
