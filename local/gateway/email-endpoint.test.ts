/** `SendEmail` as the AWS SDK's own client sees it, and the outbox behind it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { afterEach, expect, test } from 'vitest';
import { gatewayUnderTest } from './testing.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: Parameters<typeof gatewayUnderTest>[1] = {}) {
  const under = await gatewayUnderTest({}, options);
  const client = new SESv2Client({
    endpoint: under.gateway.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  closing.push(
    () => under.gateway.close(),
    () => client.destroy(),
  );
  return { ...under, send: (input: SendEmailCommandInput) => client.send(new SendEmailCommand(input)) };
}

function mail(changes: Partial<SendEmailCommandInput> = {}, subject = 'Booked'): SendEmailCommandInput {
  return {
    FromEmailAddress: 'Market <no-reply@example.com>',
    Destination: { ToAddresses: ['asha@example.com'] },
    Content: {
      Simple: { Subject: { Data: subject }, Body: { Text: { Data: 'नमस्ते' }, Html: { Data: '<p>नमस्ते</p>' } } },
    },
    EmailTags: [{ Name: 'kind', Value: 'confirmed' }],
    ...changes,
  };
}

const people = (count: number) => Array.from({ length: count }, (_, at) => `asha${at}@example.com`);
const withHeader = (Name: string, Value: string): Partial<SendEmailCommandInput> => ({
  Content: {
    Simple: { Subject: { Data: 'x' }, Body: { Text: { Data: 'x' } }, Headers: [{ Name, Value }] },
  },
});

const nameOf = (work: Promise<unknown>) =>
  work.then(
    () => 'sent',
    (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
  );

test('a mail is kept as it was sent, under the id that the sender got', async () => {
  const { send, gateway } = await start();
  const { MessageId } = await send(mail());
  expect(gateway.mails()).toEqual([
    {
      messageId: MessageId,
      sentAt: '2023-11-14T22:13:20.000Z',
      from: 'Market <no-reply@example.com>',
      to: ['asha@example.com'],
      cc: [],
      bcc: [],
      replyTo: [],
      subject: 'Booked',
      text: 'नमस्ते',
      html: '<p>नमस्ते</p>',
      headers: {},
      tags: { kind: 'confirmed' },
    },
  ]);
  const listed = await (await fetch(`${gateway.url}/local/mails`)).json();
  expect(listed).toEqual({ mails: gateway.mails() });
});

test.each([
  ['a line break in its subject', mail({}, 'Booked\r\nBcc: all@example.com')],
  ['a line break in its sender', mail({ FromEmailAddress: 'a@example.com\nBcc: b@example.com' })],
  ['a line break in where answers go', mail({ ReplyToAddresses: ['a@example.com\r\nBcc: b@example.com'] })],
  ['a line break in a tag', mail({ EmailTags: [{ Name: 'kind', Value: 'x\r\nBcc: b@example.com' }] })],
  ['a recipient that is no address', mail({ Destination: { ToAddresses: ['asha'] } })],
  ['no recipient', mail({ Destination: {} })],
  ['a copy to what is no address', mail({ Destination: { CcAddresses: ['ravi'] } })],
  [
    '26 recipients and 25 copies',
    mail({ Destination: { ToAddresses: people(26), BccAddresses: people(25) } }),
  ],
  ['a line break in a header', mail(withHeader('List-Unsubscribe', '<a>\r\nBcc: all@example.com'))],
  ['a line break in the name of a header', mail(withHeader('X\r\nBcc', 'all@example.com'))],
  ['51 recipients', mail({ Destination: { ToAddresses: Array(51).fill('asha@example.com') } })],
  ['no body', mail({ Content: { Simple: { Subject: { Data: 'x' }, Body: {} } } })],
])('a mail with %s is refused', async (_, input) => {
  const { send, gateway } = await start();
  expect(await nameOf(send(input))).toBe('BadRequestException');
  expect(gateway.mails()).toEqual([]);
});

test.each([
  ['throttled', 'TooManyRequestsException', 0],
  ['unavailable', 'ServiceUnavailableException', 0],
  ['rejected', 'MessageRejected', 0],
] as const)('a mail can be %s, and is not sent then', async (fault, name, mails) => {
  const { send, gateway } = await start({ faults: { email: () => fault } });
  expect(await nameOf(send(mail()))).toBe(name);
  expect(gateway.mails()).toHaveLength(mails);
});

test('a mail can be sent although its sender hears nothing', async () => {
  const { send, gateway } = await start({ faults: { email: () => 'lost-answer' } });
  expect(await nameOf(send(mail()))).not.toBe('sent');
  expect(gateway.mails()).toHaveLength(1);
});

test('50 recipients in all are taken, and each stays what it was named as', async () => {
  const { send, gateway } = await start();
  const [to, cc, bcc] = [people(48), ['copy@example.com'], ['blind@example.com']];
  await send(mail({ Destination: { ToAddresses: to, CcAddresses: cc, BccAddresses: bcc } }));
  await send(mail({ Destination: { CcAddresses: cc } }));
  expect(gateway.mails()).toMatchObject([
    { to, cc, bcc },
    { to: [], cc, bcc: [] },
  ]);
});

test('a mail of HTML alone is a mail, and keeps its headers and where answers go', async () => {
  const { send, gateway } = await start();
  await send(
    mail({
      ReplyToAddresses: ['help@example.com'],
      Content: {
        Simple: {
          Subject: { Data: 'Booked' },
          Body: { Html: { Data: '<p>x</p>' } },
          Headers: [{ Name: 'List-Unsubscribe', Value: '<https://example.com>' }],
        },
      },
    }),
  );
  const [sent] = gateway.mails();
  expect(sent).toMatchObject({
    html: '<p>x</p>',
    replyTo: ['help@example.com'],
    headers: { 'List-Unsubscribe': '<https://example.com>' },
  });
  expect(sent).not.toHaveProperty('text');
});

test('mails that are kept as files are there again after a restart, in their order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-outbox-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const first = await start({ outboxFolder: folder });
  for (let count = 1; count <= 12; count++) await first.send(mail({}, `mail ${count}`));
  const second = await start({ outboxFolder: folder });
  await second.send(mail({}, 'mail 13'));
  expect(second.gateway.mails().map(({ subject }) => subject)).toEqual(
    Array.from({ length: 13 }, (_, index) => `mail ${index + 1}`),
  );
});

test('a request that is not signed is refused', async () => {
  const { gateway } = await start();
  const url = `${gateway.url}/v2/email/outbound-emails`;
  expect((await fetch(url, { method: 'POST', body: JSON.stringify(mail()) })).status).toBe(403);
  expect(gateway.mails()).toEqual([]);
});
