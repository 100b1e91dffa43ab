import { describe, expect, it } from 'vitest';
import { decodeRecord } from '../../shared/stream/decode.ts';
import { analysisImage, analysisRecord } from '../../test/support/analysis.ts';
import type { RecordParts } from '../../test/support/record.ts';
import { analysisId, analysisResultsProcessor, decide } from './processor.ts';

const unasked = () => Promise.reject(new Error('asked'));
const { images } = analysisResultsProcessor({
  redis: { send: unasked, close() {} },
  readItems: unasked,
});

function change(parts: RecordParts) {
  const decoded = decodeRecord(analysisRecord('a1', parts), images);
  if (!decoded.ok) throw new Error(decoded.failure.details);
  return decoded.change;
}

/** What is decided, as JSON would show it. */
const decided = (parts: RecordParts) => JSON.parse(JSON.stringify(decide(change(parts))));

describe('what a change of an analysis result means', () => {
  it('is the whole result, held as long as the item lives', () => {
    expect(decided({ newImage: analysisImage('a1', '$100,000', 2_000_000_000) })).toEqual({
      kind: 'effect',
      effect: {
        kind: 'hold',
        ttl: 2_000_000_000,
        ttlsSeen: [2_000_000_000],
        value: {
          id: 'a1',
          analysisData: {
            metrics: { predictedArr: '$100,000', confidence: 'HIGH' },
            sections: { findings: 'Strong match' },
          },
          createdAt: '2026-01-01T00:00:00.000Z',
          ttl: 2_000_000_000,
        },
      },
    });
  });

  it('remembers how long each of its images could have lived', () => {
    const newImage = analysisImage('a1', '$1', 1_800_000_000);
    const oldImage = analysisImage('a1', '$1', 1_900_000_000);
    expect(decided({ eventName: 'MODIFY', newImage, oldImage }).effect).toMatchObject({
      ttl: 1_800_000_000,
      ttlsSeen: [1_800_000_000, 1_900_000_000],
    });
    expect(decided({ eventName: 'REMOVE', oldImage }).effect).toEqual({
      kind: 'evict',
      ttlsSeen: [1_900_000_000],
    });
  });

  it('is an eviction when the item is removed, whoever removed it', () => {
    const oldImage = analysisImage('a1', '$1', null);
    const userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
    expect(decided({ eventName: 'REMOVE', oldImage }).effect).toEqual({ kind: 'evict', ttlsSeen: [null] });
    expect(decided({ eventName: 'REMOVE', oldImage, userIdentity }).effect).toEqual({
      kind: 'evict',
      ttlsSeen: [null],
    });
  });

  it.each([[{ S: '2000000000' }], [{ NULL: true }], [{ BOOL: true }]])(
    'takes the time to live %j for none, as the table does',
    (ttl) => {
      const { effect } = decided({ newImage: analysisImage('a1', '$1', null, { ttl }) });
      expect(effect).not.toHaveProperty('ttl');
      expect(effect.kind).toBe('hold');
    },
  );

  it('keeps attributes that nobody expects, and digits beyond a double', () => {
    const newImage = analysisImage('a1', '$1', null, {
      createdAt: { NULL: true },
      model: { S: 'nova' },
      score: { N: '1.2345678901234567890' },
    });
    expect(JSON.stringify(decide(change({ newImage })))).toContain('"score":1.234567890123456789');
    expect(decided({ newImage }).effect.value).toMatchObject({ createdAt: null, model: 'nova' });
  });

  it.each([
    ['no analysis', { NULL: true }, 'analysisData: null, expected a map'],
    ['an analysis that is text', { S: 'Acme Corp' }, 'analysisData: a value of type string, expected a map'],
    ['an analysis that is a list', { L: [{ S: 'Acme Corp' }] }, 'analysisData: a list, expected a map'],
    ['an analysis that is a huge number', { N: '123456789012345678901234' }, 'analysisData: '],
  ])('is poison with %s, and never repeats a value', (_, analysisData, text) => {
    const { kind, failure } = decided({ newImage: analysisImage('a1', '$1', null, { analysisData }) });
    expect(kind).toBe('poison');
    expect(failure.code).toBe('INVALID_ANALYSIS');
    expect(failure.details).toContain(text);
    expect(JSON.stringify(failure)).not.toContain('Acme');
  });

  it.each([{ PK: { S: 'a1' } }, { id: { N: '1' } }, { id: { S: '' } }, {}])(
    'has no place in the cache with the key %j',
    (keys) => {
      expect(analysisId(change({ keys }))).toBeUndefined();
    },
  );
});
