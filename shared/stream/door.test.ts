import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { letterBox } from '../../test/support/letters.ts';
import { streamRecord } from '../../test/support/record.ts';
import { streamHandler } from './handler.ts';
import { startingAt } from './not-before.ts';
import type { Outcome } from './outcome.ts';
import type { BatchContext, StreamProcessor, Work } from './processor.ts';
import type { Projection } from './projection.ts';
import type { Verdict } from './verdict.ts';

const NOW_MS = 1_700_000_000_000;

/** Ends and judges records by their event ids, and remembers what was carried out and how. */
function testProcessor() {
  const carried: { readonly effects: readonly string[]; readonly context: BatchContext }[] = [];
  const applied: Outcome = { kind: 'applied' };
  const processor = {
    name: 'test',
    images: 'new',
    orderingKey: ({ eventId }) => eventId,
    decide: ({ eventId }) => {
      if (eventId.startsWith('ignored')) return { kind: 'ignored', rule: 'test-rule' };
      if (eventId.startsWith('poison')) return { kind: 'poison', failure: { code: 'BAD' } };
      return { kind: 'effect', effect: eventId };
    },
    carryOut: async (work: readonly Work<string>[], context: BatchContext) => {
      carried.push({ effects: work.map(({ effect }) => effect), context });
      return work.map(() => applied);
    },
    plan: async (work: readonly Work<string>[]) =>
      work.map(({ effect }): Verdict => ({ kind: effect === 'old' ? 'superseded' : 'apply' })),
  } satisfies StreamProcessor<string>;
  return { processor: processor as StreamProcessor<string>, carried };
}

async function invoke<Effect>(processor: StreamProcessor<Effect>, event: object) {
  const clock = new VirtualClock(NOW_MS);
  const sink = letterBox();
  const reports: unknown[] = [];
  const handler = streamHandler(processor, {
    clock,
    random: () => 0.5,
    sink,
    reporter: { report: (report) => reports.push(report) },
  });
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
  return { answer: await clock.runUntil(handler(event, context)), letters: sink.letters, reports };
}

const records = (...eventIDs: string[]) =>
  eventIDs.map((eventID, index) => streamRecord({ eventID, seq: `${index + 1}00000000000000000000` }));

describe('a plan', () => {
  it('judges every record in order, carries out nothing and counts nowhere', async () => {
    const { processor, carried } = testProcessor();
    const Records = [...records('a', 'old', 'ignored', 'poison'), null];
    const { answer, letters, reports } = await invoke(processor, {
      Records,
      redrive: { id: 'x', plan: true },
    });
    expect(answer).toEqual({
      redrive: { id: 'x' },
      plan: [
        { eventId: 'a', sequenceNumber: '100000000000000000000', verdict: 'apply' },
        { eventId: 'old', sequenceNumber: '200000000000000000000', verdict: 'superseded' },
        {
          eventId: 'ignored',
          sequenceNumber: '300000000000000000000',
          verdict: 'ignored',
          rule: 'test-rule',
        },
        {
          eventId: 'poison',
          sequenceNumber: '400000000000000000000',
          verdict: 'unresolvable',
          failure: { code: 'BAD' },
          passing: false,
        },
        expect.objectContaining({ eventId: null, verdict: 'unresolvable', passing: false }),
      ],
    });
    expect({ carried, letters, reports }).toEqual({ carried: [], letters: [], reports: [] });
  });

  it('leaves unjudged, for now, what could not be looked at', async () => {
    const { processor } = testProcessor();
    const failing = { ...processor, plan: () => Promise.reject(new TypeError('a value')) };
    const { answer } = await invoke(failing, { Records: records('a'), redrive: { id: 'x', plan: true } });
    expect(answer).toMatchObject({ plan: [{ verdict: 'unresolvable', passing: true }] });
    expect(JSON.stringify(answer)).not.toContain('a value');
  });

  it('has everything carried out again where a processor cannot compare', async () => {
    const { plan: _, ...processor } = testProcessor().processor;
    const { answer } = await invoke(processor, { Records: records('a'), redrive: { id: 'x', plan: true } });
    expect(answer).toMatchObject({ plan: [{ verdict: 'apply' }] });
  });

  it('judges old news too: an operator chose it', async () => {
    const { processor } = testProcessor();
    const dated = startingAt(processor, NOW_MS + 1_000_000);
    const event = { Records: records('a', 'old', 'ignored'), redrive: { id: 'x', plan: true } };
    const { answer } = await invoke(dated, event);
    expect(answer).toMatchObject({
      plan: [{ verdict: 'apply' }, { verdict: 'superseded' }, { verdict: 'ignored' }],
    });
  });
});

describe('a description', () => {
  it('says what records mean by themselves', async () => {
    const { processor, carried } = testProcessor();
    const event = { Records: records('a', 'ignored', 'poison'), redrive: { id: 'x', describe: true } };
    const { answer } = await invoke(processor, event);
    expect(answer).toMatchObject({
      redrive: { id: 'x' },
      decisions: [
        { eventId: 'a', decision: 'effect', key: 'a', effect: 'a' },
        { decision: 'ignored', rule: 'test-rule' },
        { decision: 'poison', failure: { code: 'BAD' } },
      ],
    });
    expect(carried).toEqual([]);
  });
});

it('a letter may be deleted once its record is applied, a duplicate, superseded, gone or ignored, and not before', async () => {
  const ends: Outcome[] = [
    { kind: 'applied' },
    { kind: 'duplicate' },
    { kind: 'superseded' },
    { kind: 'gone' },
    { kind: 'poison', failure: { code: 'BAD' } },
    { kind: 'transient', failure: { code: 'DOWN' } },
  ];
  const { processor } = testProcessor();
  const ending: StreamProcessor<string> = { ...processor, carryOut: async () => ends };
  const Records = [...records('a', 'b', 'c', 'd', 'e', 'f'), ...records('ignored')];
  const { answer } = await invoke(ending, { Records, redrive: { id: 'x' } });
  expect(answer).toMatchObject({
    outcomes: [true, true, true, true, false, false, true].map((settled) => ({ settled })),
  });
});

describe('a replay', () => {
  it('is carried out under its own name', async () => {
    const { processor, carried } = testProcessor();
    await invoke(processor, { Records: records('a'), redrive: { id: 'second-look', replay: true } });
    expect(carried).toMatchObject([{ effects: ['a'], context: { redriven: true, replay: 'second-look' } }]);
  });
});

describe('a redriven record that is poison as it is', () => {
  it('is carried out, and judged, as what its item is now', async () => {
    const { processor, carried } = testProcessor();
    const projecting = { ...processor, current: 'as it is now' };
    const Records = records('poison');
    expect((await invoke(projecting, { Records, redrive: { id: 'x' } })).answer).toMatchObject({
      outcomes: [{ outcome: 'applied' }],
    });
    expect(carried.map(({ effects }) => effects)).toEqual([['as it is now']]);
    expect((await invoke(projecting, { Records, redrive: { id: 'x', plan: true } })).answer).toMatchObject({
      plan: [{ verdict: 'apply' }],
    });
  });

  it('stays poison in a live batch', async () => {
    const { processor, carried } = testProcessor();
    const { letters } = await invoke({ ...processor, current: 'x' }, { Records: records('poison') });
    expect(letters).toHaveLength(1);
    expect(carried).toEqual([]);
  });
});

describe('the projection door', () => {
  const projection: Projection = {
    compare: async (keys) =>
      keys.map((key) => (key === 'bad' ? { kind: 'different', fields: ['title'] } : { kind: 'equal' })),
    reconcile: async () => [{ kind: 'applied' }],
    list: async ({ after, limit }) => ({ keys: [`${after ?? 'first'} ${limit}`], after: 'next' }),
  };
  const ask = (request: object, served: Projection | undefined = projection) => {
    const { processor } = testProcessor();
    return invoke(served === undefined ? processor : { ...processor, projection: served }, {
      projection: { id: 'x', ...request },
    });
  };

  it('answers key by key, in order', async () => {
    expect((await ask({ action: 'compare', keys: ['good', 'bad'] })).answer).toEqual({
      projection: { id: 'x', action: 'compare' },
      comparisons: [
        { key: 'good', kind: 'equal' },
        { key: 'bad', kind: 'different', fields: ['title'] },
      ],
    });
  });

  it('leaves unsettled what was not answered for', async () => {
    expect((await ask({ action: 'reconcile', keys: ['a', 'b'] })).answer).toMatchObject({
      outcomes: [
        { key: 'a', kind: 'applied' },
        { key: 'b', kind: 'transient', failure: { code: 'NO_ANSWER' } },
      ],
    });
  });

  it('lists page by page', async () => {
    expect((await ask({ action: 'list', limit: 5, after: 'z' })).answer).toEqual({
      projection: { id: 'x', action: 'list' },
      keys: ['z 5'],
      after: 'next',
    });
  });

  it('takes a thousand keys at once, and lists as many', async () => {
    const keys = Array.from({ length: 1_000 }, String);
    expect((await ask({ action: 'compare', keys })).answer).toMatchObject({
      comparisons: keys.map((key) => ({ key, kind: 'equal' })),
    });
    expect((await ask({ action: 'list', limit: 1_000 })).answer).toMatchObject({ keys: ['first 1000'] });
  });

  it('says that messages cannot be compared', async () => {
    const { processor } = testProcessor();
    const event = { projection: { id: 'x', action: 'compare', keys: ['a'] } };
    await expect(invoke(processor, event)).rejects.toThrow('nothing to compare');
  });

  it.each([
    { action: 'compare' },
    { action: 'compare', keys: [] },
    { action: 'compare', keys: [1] },
    { action: 'reconcile', keys: Array.from({ length: 1_001 }, String) },
    { action: 'list' },
    { action: 'list', limit: 0 },
    { action: 'list', limit: 1_001 },
    { action: 'drop' },
    { id: 7, action: 'compare', keys: ['a'] },
  ])('refuses %j', async (request) => {
    await expect(ask(request)).rejects.toThrow('projection.');
  });
});

it.each([{ plan: true, replay: true }, { plan: 'yes' }, { dryRun: true }, { plan: false }])(
  'a marker with %j is refused: a misunderstood one must not carry anything out',
  async (mode) => {
    const { processor, carried } = testProcessor();
    await expect(
      invoke(processor, { Records: records('a'), redrive: { id: 'x', ...mode } }),
    ).rejects.toThrow();
    expect(carried).toEqual([]);
  },
);
