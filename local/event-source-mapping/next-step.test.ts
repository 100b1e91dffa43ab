import { describe, expect, it } from 'vitest';
import { nextStep, type RetryRules } from './next-step.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { type Reading, readResult } from './response.ts';
import { reports, sequence } from './testing.ts';

const stepAfter = (
  reading: Reading,
  batch: { size: number; attempts?: number; throttles?: number },
  rules: Partial<RetryRules> = {},
  parameters: Partial<typeof DEFAULT_PARAMETERS> = {},
) =>
  nextStep(
    reading,
    { attempts: 1, throttles: 0, ...batch },
    { bisectBatchOnFunctionError: false, maximumRetryAttempts: 1, ...rules },
    { ...DEFAULT_PARAMETERS, ...parameters },
  );
const error: Reading = { kind: 'error' };
const bisect = { bisectBatchOnFunctionError: true };

describe('after an invocation', () => {
  it('the left half of an odd batch is the smaller one', () => {
    expect(stepAfter(error, { size: 3 }, bisect)).toEqual({ kind: 'halve', at: 1 });
  });

  it('a batch of several is halved however often it was tried, a single record is retried', () => {
    expect(stepAfter(error, { size: 2, attempts: 5 }, bisect).kind).toBe('halve');
    expect(stepAfter(error, { size: 1 }, bisect).kind).toBe('retry');
    expect(stepAfter(error, { size: 1, attempts: 2 }, bisect).kind).toBe('exhausted');
  });

  it.each<Reading>([error, { kind: 'invalid' }, { kind: 'oversized' }, { kind: 'partial', from: 0 }])(
    'a batch of several is halved whatever it failed by: %o',
    (reading) => {
      expect(stepAfter(reading, { size: 4, attempts: 5 }, bisect)).toEqual({ kind: 'halve', at: 2 });
      expect(stepAfter(reading, { size: 4, attempts: 1 }).kind).toBe('retry');
      expect(stepAfter(reading, { size: 4, attempts: 2 }).kind).toBe('exhausted');
    },
  );

  it('without retries bisect still looks for the single record first, unless the parameter says otherwise', () => {
    const none = { ...bisect, maximumRetryAttempts: 0 };
    expect(stepAfter(error, { size: 4 }, none)).toEqual({ kind: 'halve', at: 2 });
    expect(stepAfter(error, { size: 1 }, none).kind).toBe('exhausted');
    expect(stepAfter(error, { size: 4 }, none, { bisectWithoutRetries: 'discard-whole' }).kind).toBe(
      'exhausted',
    );
  });

  it('throttles use no budget and do not split', () => {
    const throttled: Reading = { kind: 'throttled' };
    expect(
      stepAfter(throttled, { size: 4, attempts: 0, throttles: 99 }, { ...bisect, maximumRetryAttempts: 0 })
        .kind,
    ).toBe('retry');
  });

  it('a request refused for its size uses the budget', () => {
    expect(stepAfter({ kind: 'oversized' }, { size: 1, attempts: 2 }).kind).toBe('exhausted');
  });

  it('without a limit there is always another attempt', () => {
    expect(stepAfter(error, { size: 4, attempts: 10_000 }, { maximumRetryAttempts: undefined }).kind).toBe(
      'retry',
    );
  });

  it('the wait doubles up to its cap', () => {
    const waits = [1, 2, 3, 20].map((failures) => DEFAULT_PARAMETERS.backoffMs(failures));
    expect(waits).toEqual([200, 400, 800, 60_000]);
  });
});

describe('a response that no recording covers', () => {
  const batch = [sequence(1), sequence(2), sequence(3)];
  const mixed = {
    kind: 'returned',
    payload: { batchItemFailures: [{ itemIdentifier: sequence(2) }, { itemIdentifier: 'x' }] },
  } as const;

  it('that mixes known and unknown identifiers fails the batch, or cuts at the lowest known one', () => {
    expect(readResult(mixed, batch, true, DEFAULT_PARAMETERS)).toEqual({ kind: 'invalid' });
    expect(
      readResult(mixed, batch, true, { ...DEFAULT_PARAMETERS, mixedIdentifiers: 'lowest-valid' }),
    ).toEqual({
      kind: 'partial',
      from: 1,
    });
  });

  it.each([
    ['a string', 'done'],
    ['a number', 1],
    ['false', false],
    ['zero', 0],
    ['a list with something', [1]],
  ])('that is %s fails the batch, or counts as success', (_title, payload) => {
    const result = { kind: 'returned', payload } as const;
    expect(readResult(result, batch, true, DEFAULT_PARAMETERS)).toEqual({ kind: 'invalid' });
    expect(readResult(result, batch, true, { ...DEFAULT_PARAMETERS, unreadableResponse: 'success' })).toEqual(
      {
        kind: 'success',
      },
    );
  });

  it('that names a record by a number, or another one not at all, fails the batch', () => {
    const answer = (...batchItemFailures: unknown[]) =>
      readResult({ kind: 'returned', payload: { batchItemFailures } }, ['7', '8'], true, DEFAULT_PARAMETERS);
    expect(answer({ itemIdentifier: '8' })).toEqual({ kind: 'partial', from: 1 });
    for (const nobody of [{ itemIdentifier: 8 }, { foo: '8' }, '8', null]) {
      expect(answer(nobody)).toEqual({ kind: 'invalid' });
      expect(answer({ itemIdentifier: '8' }, nobody)).toEqual({ kind: 'invalid' });
    }
  });

  it('whose failures are no list fails the batch', () => {
    const result = { kind: 'returned', payload: { batchItemFailures: 'all' } } as const;
    expect(readResult(result, batch, true, DEFAULT_PARAMETERS)).toEqual({ kind: 'invalid' });
  });
});

describe('a list of failures', () => {
  it('counts from its lowest sequence number, compared as numbers, in whatever order it comes', () => {
    const grown = ['85200001116035208612731', '104000001594719230901025'];
    const reported = {
      kind: 'returned',
      payload: { batchItemFailures: grown.toReversed().map((itemIdentifier) => ({ itemIdentifier })) },
    } as const;
    expect(readResult(reported, grown, true, DEFAULT_PARAMETERS)).toEqual({ kind: 'partial', from: 0 });
    const batch = [1, 2, 3].map(sequence);
    expect(readResult(reports(3, 2), batch, true, DEFAULT_PARAMETERS)).toEqual({ kind: 'partial', from: 1 });
  });
});
