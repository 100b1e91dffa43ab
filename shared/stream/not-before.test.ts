import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { batchContext } from '../../test/support/batch-context.ts';
import { letterBox } from '../../test/support/letters.ts';
import { streamRecord } from '../../test/support/record.ts';
import { EnvironmentError, readEnvironment } from '../config/environment.ts';
import { streamHandler } from './handler.ts';
import { inOrder } from './in-order.ts';
import { notBeforeMs, notBeforeSetting, startingAt } from './not-before.ts';
import type { StreamProcessor } from './processor.ts';
import { runBatch } from './run-batch.ts';

const START_S = 1_700_000_000;

/** Applies everything but events named `bad…`, which are poison. */
const inner: StreamProcessor<string> = {
  name: 'test',
  images: 'new',
  orderingKey: () => 'k',
  decide: ({ eventId }) =>
    eventId.startsWith('bad')
      ? { kind: 'poison', failure: { code: 'BAD' } }
      : { kind: 'effect', effect: eventId },
  carryOut: inOrder<string>(async () => ({ kind: 'applied' }), { lanes: 1 }),
};

async function ends(records: readonly object[], options: { redriven?: boolean; startMs?: number } = {}) {
  const { redriven = false, startMs = START_S * 1000 } = options;
  const ended = await runBatch(startingAt(inner, startMs), records, batchContext({ redriven }));
  return ended.map(({ outcome }) => (outcome.kind === 'ignored' ? outcome.rule : outcome.kind));
}

const at = (seconds: number, eventID: string) => streamRecord({ at: seconds, eventID });

describe('a start of events', () => {
  it('ignores by rule what is older, poison included, and keeps the order of the answers', async () => {
    const records = [at(START_S - 1, 'a'), at(START_S, 'b'), at(START_S - 1, 'bad-1'), at(START_S, 'bad-2')];
    expect(await ends(records)).toEqual(['before-start', 'applied', 'before-start', 'poison']);
  });

  it('holds nothing back that was redriven', async () => {
    const records = [at(START_S - 1, 'a'), at(START_S - 1, 'bad')];
    expect(await ends(records, { redriven: true })).toEqual(['applied', 'poison']);
  });

  it('takes an event without a time for current', async () => {
    const record = at(START_S - 1, 'a');
    const { ApproximateCreationDateTime: _, ...dynamodb } = record.dynamodb;
    expect(await ends([{ ...record, dynamodb }])).toEqual(['applied']);
  });

  it('says nothing of what a record means: that is described however old it is', async () => {
    const handler = streamHandler(startingAt(inner, START_S * 1000), {
      clock: new VirtualClock(),
      random: () => 0.5,
      sink: letterBox(),
      reporter: { report: () => {} },
    });
    const Records = [at(START_S - 1, 'a'), at(START_S, 'b'), at(START_S - 1, 'bad')];
    const answer = await handler(
      { Records, redrive: { id: 'x', describe: true } },
      { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 },
    );
    expect(answer).toMatchObject({
      decisions: [{ effect: 'a' }, { effect: 'b' }, { decision: 'poison' }],
    });
  });
});

describe('the setting NOT_BEFORE', () => {
  const read = (text?: string) => {
    const schema = z.object({ NOT_BEFORE: notBeforeSetting });
    return notBeforeMs(readEnvironment(schema, { NOT_BEFORE: text }).NOT_BEFORE);
  };

  it('is a moment with its zone, or nothing', () => {
    expect(read('2026-03-17T00:00:00+05:30')).toBe(Date.parse('2026-03-16T18:30:00Z'));
    expect(read('2026-03-17T00:00:00.000Z')).toBe(Date.parse('2026-03-17T00:00:00Z'));
    expect(read(undefined)).toBeUndefined();
    expect(read('')).toBeUndefined();
  });

  it.each(['2026-03-17', '2026-03-17T00:00:00', '2026-03-17T00:00:00.500Z', '2026-02-31T25:00:00Z', 'now'])(
    'is refused as %s',
    (text) => {
      expect(() => read(text)).toThrow(EnvironmentError);
    },
  );
});
