/** What this project needs of SES v2: a mail that is accepted is sent as it was given, one that cannot be sent is refused by name (API reference, SES v2, "SendEmail"). */
import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { sesMailer } from '../../shared/mail/ses.ts';
import { type Contract, outcomeOf, type Rule } from './rule.ts';

export interface SentMail {
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string | undefined;
  readonly html: string | undefined;
}

export interface MailService {
  readonly client: SESv2Client;
  /** From an identity that is verified, as a header takes it. */
  readonly from: string;
  sent(): Promise<readonly SentMail[]>;
}

const { signal } = new AbortController();

export function connectMail(endpoint: string): SESv2Client {
  return new SESv2Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

const mail = (from: string, changes: Partial<SendEmailCommandInput> = {}): SendEmailCommandInput => ({
  FromEmailAddress: from,
  Destination: { ToAddresses: ['asha@example.com'] },
  Content: { Simple: { Subject: { Data: 'Booked' }, Body: { Text: { Data: 'Thanks' } } } },
  ...changes,
});

const refusals: Readonly<Record<string, Partial<SendEmailCommandInput>>> = {
  'no recipient': { Destination: {} },
  '51 recipients': { Destination: { ToAddresses: Array(51).fill('asha@example.com') } },
  'a recipient that is no address': { Destination: { ToAddresses: ['asha'] } },
};

const sending: readonly Rule<MailService>[] = [
  {
    title: 'a mail that is accepted is sent as it was given, once, under the id that its sender got',
    aws: {
      outcome: { kind: 'applied' },
      mails: [
        {
          to: ['asha+1@example.com'],
          subject: 'पक्का: “₹500” <b>',
          text: 'नमस्ते\n\nधन्यवाद',
          html: '<p>नमस्ते &amp; धन्यवाद</p>',
        },
      ],
      hasId: true,
    },
    async observe({ client, from, sent }) {
      const before = (await sent()).length;
      const outcome = await sesMailer(client, from)(
        {
          to: 'asha+1@example.com',
          subject: 'पक्का: “₹500” <b>',
          text: 'नमस्ते\n\nधन्यवाद',
          html: '<p>नमस्ते &amp; धन्यवाद</p>',
        },
        signal,
      );
      const mails = (await sent()).slice(before);
      return {
        outcome,
        mails: mails.map(({ to, subject, text, html }) => ({ to, subject, text, html })),
        hasId: mails.every(({ messageId }) => messageId.length > 0),
      };
    },
  },
  {
    title: 'mails have different ids, and stand in the order in which they were sent',
    aws: [2, ['first', 'second']],
    async observe({ client, from, sent }) {
      const before = (await sent()).length;
      const ids = new Set<string | undefined>();
      for (const subject of ['first', 'second']) {
        const Content = { Simple: { Subject: { Data: subject }, Body: { Text: { Data: 'x' } } } };
        ids.add((await client.send(new SendEmailCommand(mail(from, { Content })))).MessageId);
      }
      return [ids.size, (await sent()).slice(before).map(({ subject }) => subject)];
    },
  },
  ...Object.entries(refusals).map(
    ([what, changes]): Rule<MailService> => ({
      title: `a mail with ${what} is refused as the sender’s fault, and not sent`,
      aws: ['BadRequestException', 0],
      differs: {
        MiniStack: {
          instead: ['done', 1],
          harmless:
            'it refuses no mail but from an unknown sender; that ours are refused by name is shown on the gateway',
          shownBy: ['local/gateway/email-endpoint.test.ts', 'a mail with %s is refused'],
        },
      },
      async observe({ client, from, sent }) {
        const before = (await sent()).length;
        const outcome = await outcomeOf(client.send(new SendEmailCommand(mail(from, changes))));
        return [outcome, (await sent()).length - before];
      },
    }),
  ),
];

export const mailContract: Contract<MailService> = { sending };
