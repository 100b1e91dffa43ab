import { expect, test } from 'vitest';
import type { Mail } from '../../local/gateway/index.ts';
import { mailName } from '../../local/report/effects/mails.ts';
import { judgeMails } from './end-state.ts';

const mail = (to: string, sentAtMs: number): Mail => ({
  messageId: `${to}-${sentAtMs}`,
  sentAt: new Date(sentAtMs).toISOString(),
  from: 'market@example.com',
  to: [to],
  cc: [],
  bcc: [],
  replyTo: [],
  subject: 'Booking received',
  text: 'Dear …',
  headers: {},
  tags: {},
});

const tooOften = (to: string, times: number): [string, number] => [mailName(mail(to, 0)), times];
const aFaultAt = (atMs: number) => (sentAtMs: number) => sentAtMs === atMs;

test('a mail that came twice is explained by a fault beside the first, not beside the second', () => {
  const sent = [mail('a@example.com', 1_000), mail('a@example.com', 9_000)];
  const found = { missing: 0, tooMany: new Map([tooOften('a@example.com', 1)]) };
  expect(judgeMails(sent, found, aFaultAt(1_000))).toEqual({ missing: 0, repeated: 1, unexplained: 0 });
  expect(judgeMails(sent, found, aFaultAt(9_000))).toEqual({ missing: 0, repeated: 0, unexplained: 1 });
});

test('one fault explains one repetition, not two', () => {
  const sent = [1_000, 9_000, 17_000].map((atMs) => mail('a@example.com', atMs));
  const found = { missing: 0, tooMany: new Map([tooOften('a@example.com', 2)]) };
  expect(judgeMails(sent, found, aFaultAt(1_000))).toEqual({ missing: 0, repeated: 1, unexplained: 1 });
});

test('a mail that nobody expected at all is explained by nothing', () => {
  const found = { missing: 2, tooMany: new Map([tooOften('b@example.com', 1)]) };
  expect(judgeMails([mail('b@example.com', 5_000)], found, () => true)).toEqual({
    missing: 2,
    repeated: 0,
    unexplained: 1,
  });
});
