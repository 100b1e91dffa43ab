import { expect, test } from 'vitest';
import { type FaultInterval, lateAnswers, touchingMails, unsettledBatches, within } from './interruptions.ts';

const AT = Date.parse('2026-03-21T10:00:00.000Z');
const line = (afterMs: number, entry: object, name = 'bookings-function') =>
  `${new Date(AT + afterMs).toISOString()} ${name} ${JSON.stringify(entry)}`;
const settled = (failures: Record<string, number>) => ({
  message: 'batch settled',
  durationMs: 2_000,
  failures,
});

test('a batch that was settled interrupted nothing, one that was not did as long as it ran', () => {
  const log = [line(0, settled({})), line(5_000, settled({ MAIL_NOT_SENT: 1 }))].join('\n');
  expect(unsettledBatches(log, 'bookings-function')).toEqual([{ fromMs: AT + 3_000, toMs: AT + 5_000 }]);
});

test('a function that ended interrupted what it was doing, other functions did not', () => {
  const log = [line(1_000, { level: 'ERROR', message: 'x' }), line(2_000, { level: 'ERROR' }, 'bids'), ''];
  expect(unsettledBatches(log.join('\n'), 'bookings-function')).toEqual([
    { fromMs: AT + 1_000, toMs: AT + 1_000 },
  ]);
});

test('faults on what stands between SES and its sender matter, others do not', () => {
  const on = (kind: FaultInterval['target']['kind'], name = ''): FaultInterval => ({
    target: { kind, name },
    fromMs: 0,
    toMs: 1,
  });
  const matter = [on('gateway'), on('mappings'), on('function', 'bookings'), on('tables', 'market')];
  const others = [on('function', 'bids'), on('tables', 'farm'), on('search'), on('cache'), on('queues')];
  expect(touchingMails([...matter, ...others], 'market')).toEqual(matter);
});

test('a mail may be repeated while a claim on it may live, not later, and not long before', () => {
  const mayBe = within([{ fromMs: AT, toMs: AT + 100 }]);
  expect(mayBe(AT)).toBe(true);
  expect(mayBe(AT - 15_000)).toBe(true);
  expect(mayBe(AT - 17_000)).toBe(false);
  expect(mayBe(AT + 2_000)).toBe(false);
});

test('a request whose sender has gone may still be carried out a while', () => {
  const mayBe = within(lateAnswers([{ fromMs: AT, toMs: AT + 100 }]));
  expect(mayBe(AT + 20_000)).toBe(true);
  expect(mayBe(AT + 22_000)).toBe(false);
});
