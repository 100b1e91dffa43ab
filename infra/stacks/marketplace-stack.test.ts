/** Bookings: where its mails come from, and from when on. */

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { type Stage, stageOf } from '../stages.ts';
import { resource, resources } from '../testing.ts';
import { rightsOf } from '../testing-rights.ts';
import { MarketplaceStack } from './marketplace-stack.ts';

function marketplaceOf(stage: Stage): Template {
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    context: { 'aws:cdk:bundling-stacks': [] },
  });
  return Template.fromStack(new MarketplaceStack(app, stage));
}

function variables(template: Template) {
  const { Environment } = resource(template, 'AWS::Lambda::Function', 'Bookings').Properties;
  return (Environment as { Variables: Record<string, unknown> }).Variables;
}

const dev = stageOf('dev');

test('mails say what the stage says', () => {
  const bookingUrl = 'https://example.com/bookings/{bookingId}';
  const mail = { ...dev.mail, marketplaceName: 'Hemtjänst', currency: 'SEK', bookingUrl };
  expect(variables(marketplaceOf({ ...dev, mail }))).toMatchObject({
    MAIL_SENDER: 'bookings@example.com',
    MARKETPLACE_NAME: 'Hemtjänst',
    MAIL_CURRENCY: 'SEK',
    MAIL_TIME_ZONE: 'America/Toronto',
    MAIL_BOOKING_URL: bookingUrl,
  });
  expect(variables(marketplaceOf(dev))).not.toHaveProperty('MAIL_BOOKING_URL');
});

test('the identity is the one the stage names, or else the domain of the sender', () => {
  const mail = { ...dev.mail, sender: 'a@mail.example.org', identity: 'example.org' };
  const sending = (stage: Stage) =>
    rightsOf(marketplaceOf(stage), 'Bookings').filter((right) => right.startsWith('ses:'));
  expect(sending({ ...dev, mail })).toEqual([
    'ses:SendEmail arn:aws:ses:REGION:ACCOUNT:identity/example.org if StringEquals ses:FromAddress a@mail.example.org',
  ]);
  expect(sending(dev)).toEqual([expect.stringContaining('identity/example.com ')]);
});

test('an identity is made if the stage says so, with the DNS records that verify it', () => {
  const type = 'AWS::SES::EmailIdentity';
  expect(resources(marketplaceOf(dev), type)).toEqual({});
  const made = marketplaceOf({ ...dev, mail: { ...dev.mail, makeIdentity: true } });
  expect(resource(made, type).Properties).toEqual(expect.objectContaining({ EmailIdentity: 'example.com' }));
  const records = Object.entries(made.toJSON()['Outputs']).filter(([key]) => key.startsWith('MailDnsRecord'));
  expect(records).toHaveLength(3);
  for (const [key, { Value: value }] of records as [string, { Value: unknown }][]) {
    const number = key.at(-1);
    expect(JSON.stringify(value)).toMatch(
      new RegExp(`DkimDNSTokenName${number}".*" CNAME ".*DkimDNSTokenValue${number}"`),
    );
  }
});

test('a stage that begins with tables in use says from when on people are told', () => {
  const moment = '2026-03-17T00:00:00Z';
  const template = marketplaceOf({ ...dev, notBefore: { bookings: moment, bids: '2026-01-01T00:00:00Z' } });
  expect(variables(template)).toMatchObject({ NOT_BEFORE: moment });
  expect(variables(marketplaceOf(dev))).not.toHaveProperty('NOT_BEFORE');
});
