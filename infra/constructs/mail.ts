/** What a function needs that sends the marketplace's mails: its settings, and the right to send from one address by one identity. */
import { Arn, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Stage } from '../stages.ts';

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
  const resourceName = mail.identity ?? mail.sender.slice(mail.sender.lastIndexOf('@') + 1);
  return new PolicyStatement({
    actions: ['ses:SendEmail'],
    resources: [Arn.format({ service: 'ses', resource: 'identity', resourceName }, stack)],
    conditions: { StringEquals: { 'ses:FromAddress': mail.sender } },
  });
}
