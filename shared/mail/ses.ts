/** Sends mails through SES v2, one attempt each: SES takes no idempotency token, so whoever calls it decides about another. */
import { SESv2Client, type SESv2ClientConfig, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { EffectOutcome } from '../idempotency/bounded-effect.ts';
import { failureOf } from '../stream/failure-of.ts';
import type { Mailer } from './mail.ts';

/** Milliseconds; a claim lives up to 15 s, and an effect under it ends before that. */
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 8_000, throwOnRequestTimeout: true };

export function createSesClient(config: SESv2ClientConfig = {}): SESv2Client {
  return new SESv2Client({ maxAttempts: 1, requestHandler: TIMEOUTS, ...config });
}

/**
 * What SES says about this mail, and will say again (SES API v2 reference, SendEmail). Everything else, paused accounts, unknown
 * senders and reached quotas included, is no property of the mail: it stays unsettled.
 */
const REFUSALS = new Set(['BadRequestException', 'MessageRejected']);

/** @param from as a header takes it; see `senderHeader` */
export function sesMailer(client: SESv2Client, from: string): Mailer {
  return async ({ to, subject, html, text }, signal) => {
    const command = new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [to] },
      Content: { Simple: { Subject: utf8(subject), Body: { Html: utf8(html), Text: utf8(text) } } },
    });
    try {
      await client.send(command, { abortSignal: signal });
      return { kind: 'applied' };
    } catch (error) {
      return failed(error);
    }
  };
}

/** SES's texts may quote addresses: only its names of errors are kept. */
function failed(error: unknown): EffectOutcome {
  const { code, type } = failureOf(error);
  const name = type ?? code;
  if (REFUSALS.has(name)) return { kind: 'poison', failure: { code: 'MAIL_REFUSED', type: name } };
  return { kind: 'transient', failure: { code: 'MAIL_NOT_SENT', type: name } };
}

function utf8(data: string) {
  return { Data: data, Charset: 'UTF-8' };
}
