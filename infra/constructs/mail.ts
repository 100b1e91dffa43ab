/**
 * What the marketplace's mails need: the sender's identity where the stage has it made, the function's settings, and the right
 * to send from one address by one identity.
 */
import { Arn, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnEmailIdentity } from 'aws-cdk-lib/aws-ses';
import type { Stage } from '../stages.ts';
import { output } from './output.ts';

/** Verified by three DNS records of its domain (SES developer guide, "Easy DKIM"), or, for an address, by a link in a mail. */
export function addMailIdentity(stack: Stack, { mail }: Stage): void {
  if (!mail.makeIdentity) return;
  const name = identityOf(mail);
  const identity = new CfnEmailIdentity(stack, 'MailIdentity', { emailIdentity: name });
  if (name.includes('@')) return;
  const records = [
    [identity.attrDkimDnsTokenName1, identity.attrDkimDnsTokenValue1],
    [identity.attrDkimDnsTokenName2, identity.attrDkimDnsTokenValue2],
    [identity.attrDkimDnsTokenName3, identity.attrDkimDnsTokenValue3],
  ] as const;
  for (const [index, [record, value]] of records.entries()) {
    output(
      stack,
      `MailDnsRecord${index + 1}`,
      `${record} CNAME ${value}`,
      `Verifies ${name}, with the other two`,
    );
  }
}

/** The identity in SES that the right to send is for. */
export function identityOf({ identity, sender }: Stage['mail']): string {
  return identity ?? sender.slice(sender.lastIndexOf('@') + 1);
}

export function mailEnvironment({ mail }: Stage): Record<string, string> {
  return {
    MAIL_SENDER: mail.sender,
    MARKETPLACE_NAME: mail.marketplaceName,
    MAIL_CURRENCY: mail.currency,
    MAIL_TIME_ZONE: mail.timeZone,
    ...(mail.bookingUrl === undefined ? {} : { MAIL_BOOKING_URL: mail.bookingUrl }),
  };
}

/** Resource and condition: Service Authorization Reference, SES v2; SES developer guide, "control-user-access". */
export function maySendMail(stack: Stack, { mail }: Stage): PolicyStatement {
  const resourceName = identityOf(mail);
  return new PolicyStatement({
    actions: ['ses:SendEmail'],
    resources: [Arn.format({ service: 'ses', resource: 'identity', resourceName }, stack)],
    conditions: { StringEquals: { 'ses:FromAddress': mail.sender } },
  });
}
