import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Problem } from '../problem.ts';
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

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-outbox-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('each mail is a file of its own, whole, also those of later runs', () => {
  const folder = newFolder();
  const sent = ['one', 'two', 'three'].map((subject) => ({ ...mail(subject), html: '<p>Booked.</p>' }));
  for (const each of sent) createOutbox(folder).add(each);
  expect(readdirSync(folder).sort()).toEqual(['000001.json', '000002.json', '000003.json']);
  expect(createOutbox(folder).mails()).toEqual(sent);
  expect(JSON.parse(readFileSync(join(folder, '000002.json'), 'utf8'))).toEqual(sent[1]);
});

test('what a run left half-written is no mail', () => {
  const folder = newFolder();
  createOutbox(folder).add(mail('one'));
  writeFileSync(join(folder, '000002.json.new'), '{"messageId":');
  expect(createOutbox(folder).mails()).toEqual([mail('one')]);
});

test('a file that is no mail any more is a problem that names the folder, and stays as it is', () => {
  const folder = newFolder();
  createOutbox(folder).add(mail('one'));
  writeFileSync(join(folder, '000001.json'), '{');
  expect(() => createOutbox(folder)).toThrow(Problem);
  expect(() => createOutbox(folder)).toThrow(folder);
  expect(readFileSync(join(folder, '000001.json'), 'utf8')).toBe('{');
});

test('no mail is written over, also where somebody has taken some away', () => {
  const folder = newFolder();
  for (const subject of ['one', 'two', 'three']) createOutbox(folder).add(mail(subject));
  rmSync(join(folder, '000001.json'));
  const outbox = createOutbox(folder);
  outbox.add(mail('four'));
  expect(createOutbox(folder).mails()).toEqual(['two', 'three', 'four'].map(mail));
});
