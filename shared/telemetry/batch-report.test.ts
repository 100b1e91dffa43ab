/** What is said of a batch: every record once, by what it ended as. */
import { describe, expect, it } from 'vitest';
import { telling } from '../../test/support/telling.ts';
import type { Outcome } from '../stream/outcome.ts';
import { type BatchReport, summarize } from './batch-report.ts';

const outcomes: readonly Outcome[] = [
  { kind: 'applied' },
  { kind: 'ignored', rule: 'no-news' },
  { kind: 'ignored', rule: 'no-news' },
  { kind: 'poison', failure: { code: 'INVALID_BID', details: 'amount: text, expected a number' } },
  { kind: 'transient', failure: { code: 'TABLE_DOWN' } },
  { kind: 'ignored', rule: 'removed' },
];

const batch: BatchReport = {
  processor: 'bids',
  outcomes,
  lettersSent: 1,
  report: { kind: 'from-record', index: 4, sequenceNumber: '7' },
  startedAtMs: 1_000,
  endedAtMs: 1_250,
};

describe('the summary of a batch', () => {
  it('counts what stands below the checkpoint by its end, and all above as to come again', () => {
    expect(summarize(batch)).toEqual({
      processor: 'bids',
      records: 6,
      outcomes: { applied: 1, duplicate: 0, superseded: 0, gone: 0, ignored: 2, poison: 1, transient: 2 },
      ignoredByRule: { 'no-news': 2 },
      failures: { INVALID_BID: 1, TABLE_DOWN: 1 },
      deadLetters: 1,
      redriven: false,
      reported: '7',
      durationMs: 250,
    });
  });

  it('of a redrive counts every record by its end', () => {
    const { report: _, ...redrive } = batch;
    expect(summarize(redrive)).toMatchObject({
      outcomes: { ignored: 3, transient: 1 },
      ignoredByRule: { 'no-news': 2, removed: 1 },
      redriven: true,
    });
    expect(summarize(redrive)).not.toHaveProperty('reported');
  });

  it('says that the whole batch comes again, or that nothing does', () => {
    const whole = summarize({ ...batch, report: { kind: 'whole-batch' } });
    expect([whole.reported, whole.outcomes.transient]).toEqual(['whole-batch', 6]);
    const settled = summarize({ ...batch, outcomes: outcomes.slice(0, 3), report: { kind: 'all-settled' } });
    expect(settled).not.toHaveProperty('reported');
  });
});

describe('what a batch leaves in the log and in the metrics', () => {
  it('is one line, a warning where something failed, and its counts by names and codes alone', () => {
    const { reporter, lines, measure } = telling();
    measure('Bids', 'count', 2, { BuyerType: 'b2b' });
    reporter.report(batch);
    reporter.report({ ...batch, outcomes: [{ kind: 'applied' }], report: { kind: 'all-settled' } });
    const [warning, counts, business, info] = lines.map((line) => JSON.parse(line));
    expect(warning).toMatchObject({ level: 'WARN', message: 'batch settled', records: 6 });
    expect(counts).toMatchObject({
      RecordsApplied: 1,
      RecordsTransient: 2,
      'Ignored.no-news': 2,
      'Failed.INVALID_BID': 1,
      DeadLetters: 1,
      BatchDuration: 250,
    });
    expect(business).toMatchObject({ Bids: 2, BuyerType: 'b2b' });
    expect(info).toMatchObject({ level: 'INFO', records: 1 });
    expect(lines.join()).not.toContain('expected a number');
  });

  it('counts records in counts and time in milliseconds', () => {
    const { reporter, lines } = telling();
    reporter.report(batch);
    const { _aws } = JSON.parse(lines[1] ?? '');
    const [{ Metrics }] = _aws.CloudWatchMetrics;
    const unitOf = (name: string) => Metrics.find((one: { Name: string }) => one.Name === name)?.Unit;
    expect(['RecordsPoison', 'Ignored.no-news', 'Failed.TABLE_DOWN', 'DeadLetters'].map(unitOf)).toEqual(
      Array(4).fill('Count'),
    );
    expect(unitOf('BatchDuration')).toBe('Milliseconds');
  });

  it('counts a poison record of a redrive, and no letter for it', () => {
    const { reporter, lines } = telling();
    const { report: _, ...redrive } = batch;
    reporter.report({ ...redrive, lettersSent: 0 });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ RecordsPoison: 1, DeadLetters: 0 });
  });
});
