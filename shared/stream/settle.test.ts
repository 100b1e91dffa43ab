import { describe, expect, it } from 'vitest';
import { batchContext } from '../../test/support/batch-context.ts';
import { letterBox } from '../../test/support/letters.ts';
import type { Outcome } from './outcome.ts';
import { type Ended, settle } from './settle.ts';

const applied: Outcome = { kind: 'applied' };
const transient: Outcome = { kind: 'transient', failure: { code: 'DOWN' } };
const poison: Outcome = { kind: 'poison', failure: { code: 'BAD' } };

/** Records named by their sequence numbers; `null` is a record without one. */
function batch(...outcomes: [seq: string | null, outcome: Outcome][]): Ended[] {
  return outcomes.map(([seq, outcome]) => ({
    record: { name: seq },
    outcome,
    ...(seq === null ? {} : { sequenceNumber: seq }),
  }));
}

/** @param deadlineMs until when letters may be sent */
async function settled(ended: Ended[], sink = letterBox(), deadlineMs = 10_000) {
  const context = batchContext({ deadlineMs });
  const settling = settle(ended, { ...context, processor: 'test', requestId: 'r', sink });
  const result = await context.clock.runUntil(settling);
  return { ...result, lettered: sink.letters.map(({ record }) => (record as { name: string }).name) };
}

describe('settle', () => {
  it('reports nothing when every record is settled', async () => {
    const { report, lettered } = await settled(batch(['1', applied], ['2', poison], ['3', applied]));
    expect(report).toEqual({ kind: 'all-settled' });
    expect(lettered).toEqual(['2']);
  });

  it('reports the lowest unsettled record and letters only the poison below it', async () => {
    const { report, lettered } = await settled(
      batch(['1', poison], ['2', transient], ['3', poison], ['4', transient], ['5', poison]),
    );
    expect(report).toMatchObject({ kind: 'from-record', sequenceNumber: '2' });
    expect(lettered).toEqual(['1']);
  });

  it('letters nothing that bears the number it reports: the mapping goes back to the first record of that number', async () => {
    const { report, lettered } = await settled(batch(['1', poison], ['2', poison], ['2', transient]));
    expect(report).toEqual({ kind: 'from-record', index: 1, sequenceNumber: '2' });
    expect(lettered).toEqual(['1']);
  });

  it('sends a letter that is refused again, in its order, while there is time', async () => {
    const sink = letterBox((attempt) => attempt === 1 || attempt === 2);
    const { report, lettered } = await settled(batch(['1', poison], ['2', poison], ['3', poison]), sink);
    expect(lettered).toEqual(['1', '2', '3']);
    expect(report).toEqual({ kind: 'all-settled' });
  });

  it('asks a queue that stays down less and less often', async () => {
    let asked = 0;
    await settled(
      batch(['1', poison]),
      letterBox(() => {
        asked++;
        return true;
      }),
    );
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(15);
  });

  it('takes a record for unsettled, and the lowest, when its letter cannot be kept, and sends no more', async () => {
    const sink = letterBox((attempt) => attempt >= 1);
    const { report, lettered, lettersSent, outcomes } = await settled(
      batch(['1', poison], ['2', applied], ['3', poison], ['4', poison], ['5', transient]),
      sink,
    );
    expect(lettered).toEqual(['1']);
    expect(lettersSent).toBe(1);
    expect(report).toMatchObject({ kind: 'from-record', sequenceNumber: '3' });
    expect(outcomes[2]).toMatchObject({ kind: 'transient', failure: { code: 'LETTER_REFUSED' } });
  });

  it('reports the nearest record before one that has no number, and letters nothing from there on', async () => {
    const { report, lettered } = await settled(
      batch(['1', poison], ['2', poison], [null, poison], [null, transient], ['5', applied]),
    );
    expect(report).toMatchObject({ kind: 'from-record', sequenceNumber: '2' });
    expect(lettered).toEqual(['1']);
  });

  it('reports the whole batch, and letters nothing, when no record before the unsettled one has a number', async () => {
    const { report, lettered } = await settled(batch([null, poison], [null, transient], ['3', applied]));
    expect(report).toEqual({ kind: 'whole-batch' });
    expect(lettered).toEqual([]);
  });

  it('letters a poison record without a number when nothing has to be reported', async () => {
    const { report, lettersSent } = await settled(batch([null, poison]));
    expect(report).toEqual({ kind: 'all-settled' });
    expect(lettersSent).toBe(1);
  });

  it('begins no letter once its time is over', async () => {
    const sink = letterBox();
    const { report } = await settled(batch(['1', applied], ['2', poison]), sink, 0);
    expect(report).toMatchObject({ sequenceNumber: '2' });
    expect(sink.letters).toEqual([]);
  });

  it('gives a letter up that is still under way when its time is over', async () => {
    const sink = {
      letters: [],
      send: (_letter: unknown, signal: AbortSignal) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    };
    const { report, lettersSent } = await settled(batch(['1', applied], ['2', poison]), sink);
    expect(report).toMatchObject({ sequenceNumber: '2' });
    expect(lettersSent).toBe(0);
  });
});
