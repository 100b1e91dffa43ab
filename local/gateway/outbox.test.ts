import { expect, test } from 'vitest';
import { createOutbox, LATEST, type Mail } from './outbox.ts';

const mail = (subject: string): Mail => ({
  messageId: subject,
  sentAt: '2026-03-17T05:30:38.000Z',
  from: 'no-reply@example.com',
  to: ['asha@example.com'],
  cc: [],
  bcc: [],
  replyTo: [],
  subject,
  text: 'Booked.',
  headers: {},
  tags: {},
});

test('however many are sent, the latest are held, and everybody is told of each', () => {
  let told = 0;
  const outbox = createOutbox(undefined, () => told++);
  for (let number = 1; number <= LATEST + 25; number++) outbox.add(mail(`mail ${number}`));
  expect(told).toBe(LATEST + 25);
  expect(outbox.mails()).toHaveLength(LATEST);
  expect(outbox.mails()[0]).toMatchObject({ subject: 'mail 26' });
  expect(outbox.mails().at(-1)).toEqual(mail(`mail ${LATEST + 25}`));
});

test('of those that are held only the very latest have their texts', () => {
  const outbox = createOutbox();
  for (let number = 1; number <= 600; number++) outbox.add(mail(`mail ${number}`));
  expect(outbox.mails().filter(({ text }) => text !== undefined)).toHaveLength(500);
  expect(outbox.mails()[0]).toMatchObject({ subject: 'mail 1' });
});
