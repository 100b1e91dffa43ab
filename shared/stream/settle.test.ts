import { describe, expect, it } from 'vitest';
import { letterBox } from '../../test/support/letters.ts';
import { systemClock } from '../time/clock.ts';
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

async function settled(ended: Ended[], sink = letterBox()) {
  const signal = new AbortController().signal;
  const result = await settle(ended, { processor: 'test', requestId: 'r', clock: systemClock, sink, signal });
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

  it('takes a record for unsettled, and the lowest, when its letter is refused, and sends no more', async () => {
    const sink = letterBox((attempt) => attempt === 1);
    const { report, lettered, outcomes } = await settled(
      batch(['1', poison], ['2', applied], ['3', poison], ['4', poison], ['5', transient]),
      sink,
    );
    expect(lettered).toEqual(['1']);
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
    const signal = AbortSignal.abort(new Error('over'));
    const context = { processor: 'test', requestId: 'r', clock: systemClock, sink, signal };
    const { report } = await settle(batch(['1', applied], ['2', poison]), context);
    expect(report).toMatchObject({ sequenceNumber: '2' });
    expect(sink.letters).toEqual([]);
  });
});
