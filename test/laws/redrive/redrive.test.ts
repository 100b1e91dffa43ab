import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TEST_MESSAGE } from '../../../operator/dead-letters/testing.ts';
import { bidRecord } from '../../support/bid.ts';
import { embeddedDynamoDb } from '../../support/market-tables.ts';
import { productImage, productKeys, streamRecord } from '../../support/record.ts';
import { type RedriveEngines, startRedriveEngines } from '../../support/redrive-engines.ts';
import type { RedriveWorld } from '../../support/redrive-world.ts';
import { of, resultsOf, runRedrive, verdictsOf } from './run.ts';

/** The embedded DynamoDB gives the members of a map in any order: the same item may look like another state of it. */
const CARRIED_OUT: unknown = expect.stringMatching(/^(applied|superseded)$/);

describe.skipIf(!embeddedDynamoDb)('dlq redrive', () => {
  let engines: RedriveEngines;
  let world: RedriveWorld;
  beforeAll(async () => {
    engines = await startRedriveEngines();
  });
  afterAll(() => engines?.close());
  beforeEach(async () => {
    world = await engines.world();
  });

  const change = (id: string, eventID: string, seq = '100000000000000000001', attributes: object = {}) =>
    streamRecord({ eventID, seq, keys: productKeys(id), newImage: productImage(id, attributes) });
  const removal = (id: string, eventID: string, seq = '300000000000000000001') =>
    streamRecord({ eventName: 'REMOVE', eventID, seq, keys: productKeys(id), oldImage: productImage(id) });
  const bid = (eventID: string, seq: string, bidId = 'b1') =>
    bidRecord({ after: { bid_id: bidId }, row: `BID#${bidId}` }, { eventID, seq });

  it('plans every record by the function and by the item as it is now, and a dry run changes nothing', async () => {
    await world.put(productImage('p1'));
    await world.put(productImage('p2', { unit: { S: 'dozen' } }));
    await world.letter('products', change('p1', 'as it is'));
    await world.letter('products', change('p2', 'older'));
    await world.letter('products', change('p3', 'deleted since'));
    await world.letter('products', removal('p4', 'removal'));
    await world.letter('products', { eventID: 'no record' });
    await world.letter('bids', bid('a bid', '1'));
    const run = await runRedrive(world.process(), { dryRun: true });
    expect(verdictsOf(run)).toMatchObject({
      'as it is': 'apply, as in the record',
      older: 'apply, changed since',
      'deleted since': 'gone, deleted',
      removal: 'already-applied, as in the record',
      'a bid': 'apply, deleted',
    });
    expect(run.report).toMatchObject({ settled: false, results: [], plan: { records: 6, letters: 6 } });
    expect(await world.messages('products')).toHaveLength(5);
    expect(world.index.documents().size).toBe(0);
    expect(world.board.rows.size).toBe(0);
  });

  it('carries out what is to be applied, settles the rest, and lets the letters go', async () => {
    await world.put(productImage('p1'));
    await world.letter('products', change('p1', 'e1'));
    await world.letter('products', change('p9', 'e9'));
    await world.letter('bids', bid('b', '7'));
    const run = await runRedrive(world.process());
    expect(resultsOf(run)).toEqual({ e1: CARRIED_OUT, e9: 'gone', b: 'applied' });
    expect(run.report).toMatchObject({
      settled: true,
      interrupted: false,
      letters: { settled: 3, putBack: 0 },
    });
    expect(run.audited).toEqual(expect.arrayContaining(['e9 gone', 'b applied', 'done']));
    expect([...world.index.documents().keys()]).toEqual(['p1']);
    expect(world.board.rowsOf('vendor')).toHaveLength(1);
    expect([await world.waiting('products'), await world.waiting('bids')]).toEqual([0, 0]);
  });

  it('keeps the letter of a record that is not settled', async () => {
    await world.letter('products', change('', 'garbled'));
    await world.letter('products', change('p1', 'good'));
    const run = await runRedrive(world.process());
    expect(resultsOf(run)).toEqual({ garbled: 'unresolvable', good: 'gone' });
    expect(run.report.settled).toBe(false);
    const [left, ...more] = await world.messages('products');
    expect(more).toEqual([]);
    expect(JSON.parse(left ?? '')).toMatchObject({
      error: { code: 'INVALID_BID' },
      record: { eventID: 'garbled' },
    });
  });

  it('takes a batch apart when some of it is settled: what is not becomes a letter with the first failure’s time', async () => {
    await world.put(productImage('p1'));
    await world.batch(
      'products',
      [change('p1', 'good'), change('', 'garbled', '2'), removal('p5', 'gone')],
      2,
    );
    const run = await runRedrive(world.process());
    expect(run.report.letters).toEqual({ settled: 1, putBack: 1 });
    expect(await world.objects('products')).toEqual([]);
    const [left, ...more] = await world.messages('products');
    expect(more).toEqual([]);
    expect(JSON.parse(left ?? '')).toMatchObject({
      failedAt: '2026-02-01T00:00:00.000Z',
      error: { code: 'MALFORMED_KEY' },
      record: { eventID: 'garbled' },
    });
  });

  it('leaves a batch whole when nothing of it is settled', async () => {
    await world.batch('products', [change('', 'one', '1'), change('', 'two', '2')]);
    const run = await runRedrive(world.process());
    expect(run.report.letters).toEqual({ settled: 0, putBack: 0 });
    expect(await world.objects('products')).toHaveLength(1);
    expect(await world.messages('products')).toHaveLength(1);
  });

  it('settles all letters of one record at once, and carries it out once', async () => {
    await world.letter('bids', bid('twice', '7'));
    await world.letter('bids', bid('twice', '7'));
    await world.batch('bids', [bid('twice', '7')]);
    const run = await runRedrive(world.process());
    expect(run.report).toMatchObject({ plan: { records: 1, letters: 3 }, letters: { settled: 3 } });
    expect(world.invocations.filter(({ event }) => event.redrive?.plan !== true)).toHaveLength(1);
    expect(await world.waiting('bids')).toBe(0);
  });

  it('does not settle a record by another one that bears its event id', async () => {
    await world.put(productImage('p1'));
    await world.letter('products', change('p1', 'e1'));
    await world.letter('products', change('', 'e1'));
    const run = await runRedrive(world.process());
    expect(run.report.plan.records).toBe(2);
    expect(await world.messages('products')).toHaveLength(1);
  });

  it('sends a letter to no other function than its queue’s, whatever it claims', async () => {
    await world.letter('products', bid('forged', '1'), { processor: 'bids' });
    const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table/other/stream/2026-01-01T00:00:00.000';
    const foreign = { ...change('p1', 'foreign'), eventSourceARN: arn };
    await world.message('products', {
      version: 1,
      processor: 'products',
      streamArn: arn,
      failedAt: '2026-02-01T00:00:00.000Z',
      error: { code: 'X' },
      record: foreign,
    });
    const run = await runRedrive(world.process());
    expect(run.report.results).toMatchObject(
      run.report.results.map(({ eventId }) => ({
        result: 'unresolvable',
        failure: { code: eventId === 'forged' ? 'OTHER_PROCESSOR' : 'OTHER_TABLE' },
      })),
    );
    expect(world.invocations).toEqual([]);
    expect(await world.messages('products')).toHaveLength(2);
  });

  it('sends the records of one partition in stream order, compared as numbers', async () => {
    const numbers = ['104000001594719230901025', '85200001116035208612731', '9', '85200001116035208612732'];
    for (const seq of numbers) await world.letter('bids', bid(`e${seq}`, seq, `b${seq}`));
    await runRedrive(world.process(), { concurrency: 3 });
    const [sent, ...more] = world.invocations.filter(({ event }) => event.redrive?.plan !== true);
    expect(more).toEqual([]);
    expect(sent?.event.Records.map(({ dynamodb }) => dynamodb?.SequenceNumber)).toEqual([
      '9',
      '85200001116035208612731',
      '85200001116035208612732',
      '104000001594719230901025',
    ]);
  });

  it('is about no other records than those that were chosen', async () => {
    await world.put(productImage('p1'));
    await world.batch('products', [change('p1', 'chosen'), change('p2', 'other', '2')]);
    await world.letter('products', change('p3', 'third'));
    const run = await runRedrive(world.process(), {
      where: of({ processor: ['products'], event: ['chosen'] }),
    });
    expect(resultsOf(run)).toEqual({ chosen: CARRIED_OUT });
    const left = (await world.messages('products')).map((body) => JSON.parse(body).record.eventID).sort();
    expect(left).toEqual(['other', 'third']);
  });

  it('takes the oldest when it is limited', async () => {
    for (const day of ['03', '01', '02'])
      await world.letter('products', removal(`p${day}`, day), { failedAt: `2026-01-${day}T00:00:00.000Z` });
    expect(resultsOf(await runRedrive(world.process(), { limit: 2 }))).toEqual({
      '01': 'already-applied',
      '02': 'already-applied',
    });
    expect(await world.waiting('products')).toBe(1);
  });

  it('leaves what is older than --max-age', async () => {
    await world.letter('bids', bid('old', '1'));
    const run = await runRedrive(world.process(), { maxAgeMs: 3_600_000 });
    expect(resultsOf(run)).toEqual({ old: 'too-old' });
    expect(run.report.plan.rows).toMatchObject([{ verdict: 'apply', tooOld: true }]);
    expect(await world.waiting('bids')).toBe(1);
    expect(world.board.rows.size).toBe(0);
  });

  it('lets go of what holds nothing, and keeps what it does not understand', async () => {
    await world.message('products', TEST_MESSAGE);
    await world.message('products', 'something else');
    const run = await runRedrive(world.process());
    expect(run.report).toMatchObject({
      settled: false,
      plan: { empty: { 'test-message': 1 }, unread: [{ form: 'unknown', reason: { code: 'NOT_JSON' } }] },
      letters: { settled: 1 },
    });
    expect(await world.messages('products')).toEqual(['something else']);
  });

  it('isolates a record that makes the function fail, and holds back what comes after it in its partition', async () => {
    const { functionName } = world.facts('bids');
    const handler = world.handlers.get(functionName);
    world.handlers.set(functionName, async (event, context) => {
      const { redrive, Records } = event as (typeof world.invocations)[number]['event'];
      if (redrive?.plan !== true && Records.some(({ eventID }) => eventID === 'crashes'))
        throw new Error('crash');
      return handler?.(event, context) as never;
    });
    for (const [seq, id] of ['before', 'crashes', 'after', 'last'].entries())
      await world.letter('bids', bid(id, `${seq + 1}`, `b${seq}`));
    const run = await runRedrive(world.process());
    expect(resultsOf(run)).toEqual({
      before: 'applied',
      crashes: 'failed',
      after: 'held-back',
      last: 'held-back',
    });
    expect(await world.waiting('bids')).toBe(3);
  });

  it('ends after so many failures', async () => {
    const { functionName } = world.facts('products');
    const handler = world.handlers.get(functionName);
    world.handlers.set(functionName, async (event, context) => {
      if ((event as { redrive?: { plan?: boolean } }).redrive?.plan !== true) throw new Error('down');
      return handler?.(event, context) as never;
    });
    for (const id of ['p1', 'p2', 'p3', 'p4', 'p5']) {
      await world.put(productImage(id));
      await world.letter('products', change(id, id));
    }
    const run = await runRedrive(world.process(), { concurrency: 1, stopAfter: 2 });
    const words = run.report.results.map(({ result }) => result).sort();
    expect(words).toEqual(['failed', 'failed', 'not-tried', 'not-tried', 'not-tried']);
    expect(await world.waiting('products')).toBe(5);
  });

  it('believes no answer that does not match its records', async () => {
    const { functionName } = world.facts('products');
    const answers: ((outcomes: Record<string, unknown>[]) => unknown)[] = [
      (outcomes) => outcomes.slice(1),
      (outcomes) => outcomes.toReversed(),
      (outcomes) => outcomes.map((one) => ({ ...one, outcome: 'poison', settled: true })),
      () => ({ batchItemFailures: [] }),
      () => null,
    ];
    const handler = world.handlers.get(functionName);
    for (const spoil of answers) {
      world.handlers.set(functionName, async (event, context) => {
        const answer = await handler?.(event, context);
        if ((event as { redrive?: { plan?: boolean } }).redrive?.plan === true) return answer as never;
        const spoiled = spoil((answer as unknown as { outcomes: Record<string, unknown>[] }).outcomes);
        return (Array.isArray(spoiled) ? { ...answer, outcomes: spoiled } : spoiled) as never;
      });
      const fresh = await engines.world();
      const here = fresh.facts('products').functionName;
      fresh.handlers.set(
        here,
        (event, context) => world.handlers.get(functionName)?.(event, context) as never,
      );
      for (const id of ['p1', 'p2']) {
        await world.put(productImage(id, { unit: { S: `${answers.indexOf(spoil)}` } }));
        await fresh.letter('products', change(id, id));
      }
      const run = await runRedrive(fresh.process(), { concurrency: 1 });
      expect(new Set(run.report.results.map(({ failure }) => failure?.code))).toEqual(
        new Set(['ODD_ANSWER']),
      );
      expect(await fresh.waiting('products')).toBe(2);
    }
  });
});
