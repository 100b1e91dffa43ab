import { describe, expect, it } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { placeIn, windowOf } from './start.ts';

const NOW = Date.parse('2026-03-17T12:00:00.500Z');

describe('the window of a recording', () => {
  it('begins now and has no end unless it is said', () => {
    expect(windowOf({}, NOW)).toEqual({ start: { kind: 'now' }, untilMs: undefined, limit: undefined });
  });

  it.each([
    [{ trimHorizon: true }, { kind: 'horizon' }],
    [{ from: '2026-03-17T09:30:00Z' }, { kind: 'time', fromMs: Date.parse('2026-03-17T09:30:00Z') }],
    [{ fromSequence: '123456789012345678901' }, { kind: 'sequence', from: 123456789012345678901n }],
  ])('%o says where it begins', (options, start) => {
    expect(windowOf(options, NOW).start).toEqual(start);
  });

  it.each([
    [{ for: '30s' }, NOW + 30_000],
    [{ for: '10m' }, NOW + 600_000],
    [{ for: '2h' }, NOW + 7_200_000],
    [
      { until: '2026-03-17T13:00:00+01:00', from: '2026-03-17T10:00:00Z' },
      Date.parse('2026-03-17T12:00:00Z'),
    ],
    [{ until: 'now', trimHorizon: true }, Date.parse('2026-03-17T12:00:01Z')],
  ])('%o says where it ends', (options, untilMs) => {
    expect(windowOf(options, NOW).untilMs).toBe(untilMs);
  });

  it.each([
    { from: 'yesterday' },
    { from: '2026-03-17T09:30:00' },
    { from: '2026-03-18T09:30:00Z' },
    { fromSequence: '12ab' },
    { now: true, trimHorizon: true },
    { until: '2026-03-17T09:00:00Z' },
    { until: '2026-03-17T09:00:00Z', from: '2026-03-17T10:00:00Z' },
    { until: '2026-03-17T10:00:00Z', from: '2026-03-17T10:00:00Z' },
    { until: 'now', for: '10m' },
    { for: '10' },
    { for: '0s' },
    { limit: '0' },
    { limit: 'many' },
  ])('%o is refused', (options) => {
    expect(() => windowOf(options, NOW)).toThrow(Problem);
  });

  it('holds the whole second that it begins in, and what does not say its time', () => {
    const window = windowOf({ from: '2026-03-17T09:30:00.900Z' }, NOW);
    const second = Date.parse('2026-03-17T09:30:00Z');
    expect(placeIn(window, { sequenceNumber: '1', createdMs: second })).toBe('in');
    expect(placeIn(window, { sequenceNumber: '1', createdMs: second - 1000 })).toBe('before');
    expect(placeIn(window, { sequenceNumber: undefined, createdMs: undefined })).toBe('in');
  });

  it('does not hold the moment that it ends with', () => {
    const window = windowOf({ trimHorizon: true, until: '2026-03-17T09:30:00Z' }, NOW);
    const end = Date.parse('2026-03-17T09:30:00Z');
    expect(placeIn(window, { sequenceNumber: '1', createdMs: end })).toBe('after');
    expect(placeIn(window, { sequenceNumber: '1', createdMs: end - 1000 })).toBe('in');
  });

  it('holds the sequence number that it begins with, to the last digit of many', () => {
    const window = windowOf({ fromSequence: '41800003314721981745013' }, NOW);
    const place = (sequenceNumber: string) => placeIn(window, { sequenceNumber, createdMs: undefined });
    expect(place('41800003314721981745013')).toBe('in');
    expect(place('41800003314721981745012')).toBe('before');
  });
});
