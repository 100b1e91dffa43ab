/** SES as far as the shipped mailer needs it, which says in words of its own what went wrong, and quotes the address. */
import type { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { kindOf } from '../../support/bookings-replay.ts';
import { changeOf, REFUSED } from './app.ts';
import { heeding, Injected, type Send } from './wire.ts';

export interface Sent {
  /** `<change> <kind> → <address>` */
  readonly mail: string;
  /** Nobody who waited for the answer knows that it was sent. */
  readonly excused: () => boolean;
}

export interface SesWire {
  readonly request: Send;
  /** The process that sends has died. */
  isDead(): boolean;
  keep(sent: Sent): void;
  /** Counts up: what SES says this time. */
  turn(): number;
}

export function faultySes({ request, isDead, keep, turn }: SesWire): SESv2Client {
  const send = async (
    { input }: SendEmailCommand,
    { abortSignal }: { readonly abortSignal: AbortSignal },
  ) => {
    const { Subject, Body } = input.Content?.Simple ?? {};
    const [to = ''] = input.Destination?.ToAddresses ?? [];
    let sent = false;
    let known = false;
    const deliver = async () => {
      if (to.endsWith(REFUSED)) throw refusal('MessageRejected', to);
      sent = true;
      const mail = `${changeOf(Body?.Text?.Data ?? '')} ${kindOf(Subject?.Data ?? '')} → ${to}`;
      keep({ mail, excused: () => !known || isDead() });
    };
    try {
      await heeding(abortSignal, request('mail', deliver));
    } catch (error) {
      throw error instanceof Injected ? refusal(SES_REFUSALS[turn() % SES_REFUSALS.length], to) : error;
    }
    known = sent;
    return {};
  };
  return { send } as unknown as SESv2Client;
}

/** What says nothing of the mail: the account's rate, its quota, its standing, the domain's, and SES itself (SES API v2 reference, SendEmail). */
const SES_REFUSALS = [
  'TooManyRequestsException',
  'LimitExceededException',
  'AccountSuspendedException',
  'SendingPausedException',
  'MailFromDomainNotVerifiedException',
  'NotFoundException',
  'InternalServiceErrorException',
];

function refusal(name: string | undefined, to: string): Error {
  return Object.assign(new Error(`Maximum sending rate exceeded, or not now, for ${to}`), { name });
}
