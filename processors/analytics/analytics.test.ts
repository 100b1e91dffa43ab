import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodeRecord } from '../../shared/stream/decode.ts';
import { runBatch } from '../../shared/stream/run-batch.ts';
import { batchContext } from '../../test/support/batch-context.ts';
import { type RecordParts, streamRecord } from '../../test/support/record.ts';
import { analyticsProcessor, decide } from './processor.ts';
import { metricsSink } from './publish.ts';

const CREATED = { S: '2026-01-01T10:00:00.000Z' };
const SECRETS = {
  userId: { S: 'user-secret' },
  ipAddress: { S: '192.0.2.1' },
  customerName: { S: 'Acme Corp' },
  opportunityName: { S: 'Cloud Migration' },
};

function sessionRecord(eventName: string, attributes: object = {}, parts: RecordParts = {}) {
  const image = {
    sessionId: { S: 's1' },
    ...SECRETS,
    createdAt: CREATED,
    lastAccessedAt: CREATED,
    ...attributes,
  };
  return streamRecord({
    eventName,
    keys: { sessionId: { S: 's1' } },
    newImage: image,
    oldImage: image,
    ...parts,
  });
}

function historyRecord(eventName: string, attributes: object = {}) {
  const keys = { historyId: { S: 'h1' }, timestamp: CREATED };
  const image = {
    ...keys,
    ...SECRETS,
    analysisType: { S: 'standard' },
    predictedArr: { S: '$150,000' },
    confidence: { S: 'MEDIUM' },
    ...attributes,
  };
  return streamRecord({ eventName, keys, newImage: image, oldImage: image });
}

function decided(record: unknown) {
  const decoded = decodeRecord(record, 'new-and-old');
  if (!decoded.ok) throw new Error(decoded.failure.details);
  return decide(decoded.change);
}

describe('an analysis in the history', () => {
  it('counts by type, confidence and outcome', () => {
    expect(decided(historyRecord('INSERT'))).toEqual({
      kind: 'effect',
      effect: { kind: 'analysis', analysisType: 'standard', confidence: 'medium', outcome: 'completed' },
    });
  });

  it.each([
    ['analysisType', { S: 'Acme special' }],
    ['analysisType', { NULL: true }],
    ['confidence', { S: 'VERY HIGH' }],
    ['confidence', { N: '1' }],
    ['outcome', { S: 'Acme' }],
  ])('counts %s %j as other', (name, value) => {
    expect(decided(historyRecord('INSERT', { [name]: value }))).toMatchObject({
      effect: { [name]: 'other' },
    });
  });

  it.each([
    [{ predictedArr: { NULL: true } }, 'failed'],
    [{ predictedArr: { S: '' } }, 'failed'],
    [{ outcome: { S: 'FAILED' } }, 'failed'],
    [{ outcome: { S: 'completed' }, predictedArr: { S: '' } }, 'completed'],
  ])('with %j ended as %s', (attributes, outcome) => {
    expect(decided(historyRecord('INSERT', attributes))).toMatchObject({ effect: { outcome } });
  });

  it.each([
    ['MODIFY', 'history-edited'],
    ['REMOVE', 'history-removed'],
  ])('counts once, not again at its %s', (eventName, rule) => {
    expect(decided(historyRecord(eventName))).toEqual({ kind: 'ignored', rule });
  });
});

describe('a session', () => {
  it('counts when it starts', () => {
    expect(decided(sessionRecord('INSERT'))).toEqual({ kind: 'effect', effect: { kind: 'session-started' } });
  });

  it('does not start anew when it is touched after it had expired, nor each time it is used', () => {
    const { createdAt: _, ...revived } = sessionRecord('INSERT').dynamodb.NewImage as Record<string, unknown>;
    expect(decided(sessionRecord('INSERT', {}, { newImage: revived }))).toEqual({
      kind: 'ignored',
      rule: 'session-revived',
    });
    expect(decided(sessionRecord('MODIFY'))).toEqual({ kind: 'ignored', rule: 'session-used' });
  });

  it('lasted from its creation to its last access', () => {
    const lastAccessedAt = { S: '2026-01-01T10:15:00.000Z' };
    expect(decided(sessionRecord('REMOVE', { lastAccessedAt }))).toEqual({
      kind: 'effect',
      effect: { kind: 'session-ended', by: 'deletion', durationMs: 900_000 },
    });
  });

  it.each(['2026-01-01T10:15:00Z', '2026-01-01T15:45:00+05:30', '2026-01-01T10:15:00.000000+00:00'])(
    'was last used at %s, in whichever form of ISO 8601',
    (lastAccessedAt) => {
      expect(decided(sessionRecord('REMOVE', { lastAccessedAt: { S: lastAccessedAt } }))).toMatchObject({
        effect: { durationMs: 900_000 },
      });
    },
  );

  it('ends by expiry when its time to live removes it', () => {
    const userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
    expect(decided(sessionRecord('REMOVE', {}, { userIdentity }))).toMatchObject({
      effect: { by: 'expiry' },
    });
  });

  it.each([
    { lastAccessedAt: { NULL: true } },
    { createdAt: { S: 'yesterday' } },
    { createdAt: { S: '1999' } },
    { createdAt: { S: 'Acme Corp 5' } },
    { lastAccessedAt: { S: '2025-01-01' } },
  ])('counts without a duration when its times are %j', (attributes) => {
    expect(decided(sessionRecord('REMOVE', attributes))).toEqual({
      kind: 'effect',
      effect: { kind: 'session-ended', by: 'deletion' },
    });
  });
});

describe('the metrics of a batch', () => {
  afterEach(() => vi.unstubAllEnvs());

  async function lines(records: readonly unknown[]) {
    // In its development mode Powertools writes to the console that a test can listen to.
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    const written: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void written.push(line));
    // It says so where a batch has no durations.
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const metrics = new Metrics({ namespace: 'Test', serviceName: 'analytics' });
    const ended = await runBatch(analyticsProcessor(metricsSink(metrics)), records, batchContext());
    metrics.publishStoredMetrics();
    log.mockRestore();
    warn.mockRestore();
    return { written, outcomes: ended.map(({ outcome }) => outcome.kind) };
  }

  it('are one line for each combination of dimensions, and hold nothing of anybody', async () => {
    const { written, outcomes } = await lines([
      historyRecord('INSERT'),
      historyRecord('INSERT'),
      historyRecord('INSERT', { confidence: { S: 'LOW' } }),
      sessionRecord('INSERT'),
      sessionRecord('REMOVE'),
    ]);
    expect(outcomes).toEqual(Array(5).fill('applied'));
    const parsed = written.map((line) => JSON.parse(line));
    expect(parsed).toMatchObject([
      { Analyses: 2, analysisType: 'standard', confidence: 'medium', outcome: 'completed' },
      { Analyses: 1, confidence: 'low' },
      { SessionsStarted: 1 },
      { SessionsEnded: 1, by: 'deletion' },
      { SessionDuration: 0 },
    ]);
    for (const { S } of Object.values(SECRETS)) expect(written.join()).not.toContain(S);
    const service = 'analytics';
    expect(parsed.map(({ _aws, ...rest }) => rest)).toEqual([
      { service, Analyses: 2, analysisType: 'standard', confidence: 'medium', outcome: 'completed' },
      { service, Analyses: 1, analysisType: 'standard', confidence: 'low', outcome: 'completed' },
      { service, SessionsStarted: 1 },
      { service, SessionsEnded: 1, by: 'deletion' },
      { service, SessionDuration: 0 },
    ]);
  });

  it('are kept apart by dimensions, and durations are in milliseconds', async () => {
    const { written } = await lines([historyRecord('INSERT'), sessionRecord('REMOVE')]);
    const told = written.flatMap((line) => JSON.parse(line)._aws.CloudWatchMetrics);
    expect(told).toMatchObject([
      {
        Dimensions: [['service', 'analysisType', 'confidence', 'outcome']],
        Metrics: [{ Name: 'Analyses', Unit: 'Count' }],
      },
      { Dimensions: [['service', 'by']], Metrics: [{ Name: 'SessionsEnded', Unit: 'Count' }] },
      { Dimensions: [['service']], Metrics: [{ Name: 'SessionDuration', Unit: 'Milliseconds' }] },
    ]);
  });

  it('have no duration of a session whose times cannot be read, and every duration of the others', async () => {
    const ended = (lastAccessedAt: string) =>
      sessionRecord('REMOVE', { lastAccessedAt: { S: lastAccessedAt } });
    const { written, outcomes } = await lines([ended('yesterday')]);
    expect(outcomes).toEqual(['applied']);
    expect(written.join()).toContain('"SessionsEnded":1');
    expect(written.join()).not.toContain('SessionDuration');
    const both = await lines([ended('2026-01-01T10:00:01.000Z'), ended('2026-01-01T10:00:02.000Z')]);
    expect(both.written.join()).toContain('"SessionDuration":[1000,2000]');
  });
});
