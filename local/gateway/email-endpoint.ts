/**
 * Amazon SES v2's `SendEmail`, for mails with simple content: checks what SES checks of it, puts the mail into the outbox and
 * sends nothing (API reference, SES v2, "SendEmail").
 */
import * as z from 'zod';
import type { Clock } from '../../shared/time/clock.ts';
import {
  awsError,
  type HttpAnswer,
  type HttpRequest,
  isSigned,
  json,
  jsonObject,
  notSigned,
} from './http.ts';
import type { Mail, Outbox } from './outbox.ts';

/**
 * What happens to a mail instead of being sent and answered.
 * - `throttled`, `unavailable`, `rejected`: it is not sent.
 * - `lost-answer`: it is sent, and the connection breaks before the answer.
 */
export type EmailFault = (mail: Mail) => 'throttled' | 'unavailable' | 'rejected' | 'lost-answer' | undefined;

export interface EmailPorts {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly outbox: Outbox;
  readonly fault: EmailFault;
}

/** To, Cc and Bcc together (API reference, "Destination"). */
const MOST_RECIPIENTS = 50;

/** One line: a line break would begin another header. */
const headerText = z.string().regex(/^[^\r\n\0]*$/, 'expected text without line breaks');
const address = headerText.regex(/^(?:[^<>]*<)?[^\s<>@]+@[^\s<>@]+>?$/, 'expected an e-mail address');
const addresses = z.array(address).default([]);
const content = z.object({ Data: z.string(), Charset: z.string().optional() });
const pairs = z.array(z.object({ Name: headerText, Value: headerText })).default([]);

const sendEmail = z.object({
  FromEmailAddress: address,
  ReplyToAddresses: addresses,
  Destination: z.object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses }).refine(
    ({ ToAddresses, CcAddresses, BccAddresses }) => {
      const recipients = ToAddresses.length + CcAddresses.length + BccAddresses.length;
      return recipients > 0 && recipients <= MOST_RECIPIENTS;
    },
    { error: `expected 1 to ${MOST_RECIPIENTS} recipients` },
  ),
  Content: z.object({
    Simple: z.object({
      Subject: content.extend({ Data: headerText }),
      Body: z
        .object({ Text: content.optional(), Html: content.optional() })
        .refine(({ Text, Html }) => Text !== undefined || Html !== undefined, {
          error: 'expected Text or Html',
        }),
      Headers: pairs,
    }),
  }),
  EmailTags: pairs,
});

/** @returns undefined when the client gets no answer */
export function emailEndpoint(request: HttpRequest, ports: EmailPorts): HttpAnswer | undefined {
  if (request.method !== 'POST') return awsError(405, 'MethodNotAllowed', 'Method Not Allowed');
  if (!isSigned(request)) return notSigned;
  const parsed = sendEmail.safeParse(jsonObject(request.body));
  if (!parsed.success) return awsError(400, 'BadRequestException', describe(parsed.error));
  const mail = mailOf(parsed.data, ports);
  switch (ports.fault(mail)) {
    case 'throttled':
      return awsError(429, 'TooManyRequestsException', 'Maximum sending rate exceeded.');
    case 'unavailable':
      return awsError(503, 'ServiceUnavailableException', 'Service Unavailable');
    case 'rejected':
      return awsError(400, 'MessageRejected', 'Email address is not verified.');
    case 'lost-answer':
      ports.outbox.add(mail);
      return undefined;
    case undefined:
      ports.outbox.add(mail);
      return json(200, { MessageId: mail.messageId });
  }
}

function mailOf(input: z.infer<typeof sendEmail>, { clock, newId }: EmailPorts): Mail {
  const { Subject, Body, Headers } = input.Content.Simple;
  const { ToAddresses, CcAddresses, BccAddresses } = input.Destination;
  return {
    messageId: `${newId()}-000000`,
    sentAt: new Date(clock.now()).toISOString(),
    from: input.FromEmailAddress,
    to: ToAddresses,
    cc: CcAddresses,
    bcc: BccAddresses,
    replyTo: input.ReplyToAddresses,
    subject: Subject.Data,
    ...(Body.Text === undefined ? {} : { text: Body.Text.Data }),
    ...(Body.Html === undefined ? {} : { html: Body.Html.Data }),
    headers: Object.fromEntries(Headers.map(({ Name, Value }) => [Name, Value])),
    tags: Object.fromEntries(input.EmailTags.map(({ Name, Value }) => [Name, Value])),
  };
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'Bad Request' : `${issue.path.join('.') || 'request'}: ${issue.message}`;
}
