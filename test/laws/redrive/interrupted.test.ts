import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_MESSAGE } from '../../../operator/dead-letters/testing.ts';
import { bidRecord } from '../../support/bid.ts';
import { embeddedDynamoDb } from '../../support/market-tables.ts';
import { productImage, productKeys, streamRecord } from '../../support/record.ts';
import { type RedriveEngines, startRedriveEngines } from '../../support/redrive-engines.ts';
import type { RedriveWorld } from '../../support/redrive-world.ts';
import { runRedrive } from './run.ts';

/** What a clean run ends in, whatever happened on the way. */
interface EndState {
  readonly documents: Readonly<Record<string, unknown>>;
  readonly inbox: readonly string[];
  readonly pushes: number;
  /** Event ids of the records in the letters that are left; a record may be in two of them. */
  readonly left: readonly string[];
}

describe.skipIf(!embeddedDynamoDb)('a redrive', () => {
  let engines: RedriveEngines;
  beforeAll(async () => {
    engines = await startRedriveEngines();
  });
  afterAll(() => engines?.close());

  const change = (id: string, seq: string, unit = 'kg') =>
    streamRecord({
      eventID: `${id}-${seq}`,
      seq,
      keys: productKeys(id),
      newImage: productImage(id, { unit: { S: unit } }),
    });
  const removal = (id: string, seq: string) =>
    streamRecord({
      eventName: 'REMOVE',
      eventID: `${id}-${seq}`,
      seq,
      keys: productKeys(id),
      oldImage: productImage(id),
    });
  const bid = (seq: string, eventID = `bid-${seq}`) =>
    bidRecord({ after: { bid_id: seq }, row: `BID#${seq}` }, { eventID, seq });

  /** Old states, a removal, poison among good records in a batch that is announced twice, one record in two letters, nothing in one. */
  async function fill(world: RedriveWorld): Promise<void> {
    await world.put(productImage('p1', { unit: { S: 'dozen' } }));
    await world.put(productImage('p2'));
    await world.letter('products', change('p1', '1'));
    await world.batch(
      'products',
      [change('p1', '2', 'box'), removal('p3', '3'), change('', '4'), change('p2', '5')],
      2,
    );
    await world.message('products', TEST_MESSAGE);
    await world.letter('bids', bid('10'));
    await world.letter('bids', bid('10'));
    await world.batch('bids', [bid('11'), bid('12')]);
  }

  async function endState(world: RedriveWorld): Promise<EndState> {
    const bodies = [...(await world.messages('products')), ...(await world.messages('bids'))];
    const ids = bodies.map((body) => JSON.parse(body).record?.eventID ?? 'no record');
    return {
      documents: Object.fromEntries([...world.index.documents()].map(([id, json]) => [id, JSON.parse(json)])),
      inbox: [...world.board.rows.keys()].map((key) => key.replace(/#\d{13}#/, '#')).sort(),
      pushes: world.board.received.length,
      left: [...new Set(ids)].sort(),
    };
  }

  async function clean(): Promise<{ readonly state: EndState; readonly requests: readonly string[] }> {
    const world = await engines.world();
    await fill(world);
    const process = world.process();
    await runRedrive(process, { concurrency: 1 });
    return { state: await endState(world), requests: process.requests };
  }

  it('that is killed at any request and run again ends as one that was not, and notifies nobody twice', async () => {
    const { state, requests } = await clean();
    expect(state).toMatchObject({
      inbox: [{}, {}, {}].map(() => expect.any(String)),
      pushes: 3,
      left: ['-4'],
    });
    expect(Object.keys(state.documents).sort()).toEqual(['p1', 'p2']);
    for (let request = 0; request < requests.length; request++) {
      for (const arrives of [false, true]) {
        const world = await engines.world();
        await fill(world);
        const dying = world.process({ request, arrives });
        await runRedrive(dying, { concurrency: 1 }).catch(() => {});
        await world.forgetHolds();
        await runRedrive(world.process());
        const at = `killed at request ${request} (${requests[request]}), which ${arrives ? 'arrives' : 'is lost'}`;
        expect([at, await endState(world)]).toEqual([at, state]);
        expect(await world.objects('products')).toEqual([]);
      }
    }
  }, 240_000);

  it('beside a second one, and beside the live stream, ends as one alone', async () => {
    const { state } = await clean();
    const world = await engines.world();
    await fill(world);
    const { functionName } = world.facts('bids');
    const live = async () => {
      // The mapping delivers again what is being redriven.
      const context = { awsRequestId: 'live', getRemainingTimeInMillis: () => 60_000 };
      await world.handlers.get(functionName)?.({ Records: [bid('11'), bid('12')] }, context);
    };
    await Promise.all([runRedrive(world.process()), live(), runRedrive(world.process())]);
    await world.forgetHolds();
    await runRedrive(world.process());
    expect(await endState(world)).toEqual(state);
  });

  it('that is interrupted ends after the requests under way, gives back what it holds, and goes on when it is run again', async () => {
    const { state } = await clean();
    const world = await engines.world();
    await fill(world);
    const process = world.process();
    const first = await runRedrive(process, {
      concurrency: 1,
      rate: 1,
      onResults: () => process.interrupt(),
    });
    expect(first.report).toMatchObject({ interrupted: true, settled: false });
    expect(first.audited.at(-1)).toBe('interrupted');
    // Nothing has to be waited for: what is left is visible.
    await runRedrive(world.process());
    expect(await endState(world)).toEqual(state);
  });

  it('of any part first, and the rest in any order, ends as one of all', async () => {
    const { state } = await clean();
    const events = ['p1-1', 'p1-2', 'p3-3', '-4', 'p2-5', 'bid-10', 'bid-11', 'bid-12'];
    for (const order of [events, events.toReversed(), [...events.slice(4), ...events.slice(0, 4)]]) {
      const world = await engines.world();
      await fill(world);
      for (const event of order)
        await runRedrive(world.process(), { where: { processor: [], code: [], key: [], event: [event] } });
      await runRedrive(world.process());
      expect([order, await endState(world)]).toEqual([order, state]);
    }
  });
});
