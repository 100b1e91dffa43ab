import { describe, expect, it } from 'vitest';
import { analysisResultsOperated } from '../analysis-results/operate.ts';
import { bookingsOperated } from './operate.ts';
import { ratingKeyText, readRatingKey } from './rating-key.ts';

describe('the ratings that a booking stands for', () => {
  const { keysOf } = bookingsOperated;

  it.each([
    ['a booking’s: its provider’s and its service’s', {}, ['provider:p1', 'service:s1']],
    ['one without a service: its provider’s', { serviceId: null }, ['provider:p1']],
    ['one that names nobody: none', { providerId: '', serviceId: '' }, []],
    ['one whose review was withdrawn: the same', { isReviewed: false }, ['provider:p1', 'service:s1']],
  ])('%s', (_, row, keys) => {
    expect(keysOf({ bookingId: 'b1', providerId: 'p1', serviceId: 's1', ...row })).toEqual(keys);
  });

  it('are named so that the name can be read again', () => {
    for (const key of [
      { kind: 'provider', id: 'p:1' },
      { kind: 'service', id: 'two\nlines' },
    ] as const)
      expect(readRatingKey(ratingKeyText(key))).toEqual(key);
    for (const text of ['p1', 'provider:', 'review:r1', '']) expect(readRatingKey(text)).toBeUndefined();
  });
});

it('an analysis stands for itself, by its key', () => {
  expect(analysisResultsOperated.keysOf({ id: 'a1', analysisData: 'broken' })).toEqual(['a1']);
  expect(analysisResultsOperated.keysOf({})).toEqual([]);
});
