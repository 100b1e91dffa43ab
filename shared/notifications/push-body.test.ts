import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from './push-body.ts';
import { noticeTo, receipt, world } from './testing.ts';

describe('a push', () => {
  it('too large to send leaves its texts out and says which', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    const details = { originalText: 'अ'.repeat(50_000), originalAudio: 's3://voices/1.ogg' };
    await run(noticeTo('asha', { details }));
    expect(board.received[0]?.body.length).toBeLessThan(MAX_BODY_BYTES);
    expect(board.pushesTo('c1')).toMatchObject([
      { notification: receipt, details: { originalAudio: 's3://voices/1.ogg' }, omitted: ['originalText'] },
    ]);
  });

  it('that the API finds too large after all goes out once more without its texts', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    board.answer = (_, body) => (body.length > 5_000 ? 'too-large' : undefined);
    await run(noticeTo('asha', { details: { originalText: 'a'.repeat(6_000) } }));
    expect(board.pushesTo('c1')).toMatchObject([{ omitted: ['originalText'] }]);
  });

  it('of long texts that the API takes is whole', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    const details = { originalText: 'a'.repeat(100_000) };
    await run(noticeTo('asha', { details }));
    expect(board.pushesTo('c1')).toMatchObject([{ details }]);
  });

  it('as large as the API takes is whole, and one byte more is not', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    await run(noticeTo('asha', { details: { originalText: '' } }));
    const room = MAX_BODY_BYTES - Buffer.byteLength(board.received[0]?.body ?? '');
    expect(MAX_BODY_BYTES).toBe(131_072);
    for (const length of [room, room + 1]) {
      const own = world();
      own.connect('c1', 'asha');
      await own.run(noticeTo('asha', { details: { originalText: 'a'.repeat(length) } }));
      const [{ body = '' } = {}] = own.board.received;
      expect(body.includes('omitted')).toBe(length > room);
    }
  });
});

it('neither a row nor a push holds more than the beginning of very long texts', async () => {
  const { board, run, connect } = world();
  connect('c1', 'asha');
  const counterOffer = { amount: 1, quantity: null, message: 'b'.repeat(200_000) };
  const notification = {
    type: 'bid_status_update',
    bidId: 'b1',
    status: 'rejected',
    vendorMessage: 'अ'.repeat(100_000),
    counterOffer,
  } as const;
  await run(noticeTo('asha', { notification }));
  expect(board.received.map(({ body }) => Buffer.byteLength(body) <= MAX_BODY_BYTES)).toEqual([true]);
  const [row] = board.rowsOf('asha');
  expect(JSON.stringify(row).length).toBeLessThan(10_000);
  expect(row?.notification).toMatchObject({ status: 'rejected', counterOffer: { amount: 1 } });
});
