/** What a stage needs of an account before it is deployed, and what it will lack though the deployment succeeds. Pure. */
import { PROCESSOR_NAMES, settingsOf } from '../../infra/settings/streams.ts';
import type { Stage } from '../../infra/stages.ts';
import type { DeployCommand, Place } from './command-line.ts';

/** What was learned, or why it could not be. */
export type Answer<T> = { readonly known: T } | { readonly unknown: string };

export interface Account extends Place {
  readonly isBootstrapped: Answer<boolean>;
  /** Invocations at once that Lambda allows in account and region. */
  readonly concurrency: Answer<number>;
  /** Out of the sandbox: SES sends to anybody. */
  readonly mayMailAnybody: Answer<boolean>;
  /** Of the stage's sender. */
  readonly identityIsVerified: Answer<boolean>;
}

/**
 * - `missing`: the deployment would fail.
 * - `note`: it would succeed, and something would not work, or could not be checked.
 */
export interface Finding {
  readonly kind: 'missing' | 'note';
  readonly text: string;
}

/** So many invocations nobody can reserve (Lambda developer guide, "Configuring reserved concurrency"). */
const UNRESERVABLE = 100;

export function findings(stage: Stage, account: Account, command: DeployCommand): Finding[] {
  switch (command) {
    case 'bootstrap':
    case 'destroy':
      return [];
    case 'diff':
      return toolkit(stage, account);
    case 'deploy':
      return [
        ...toolkit(stage, account),
        ...reservations(stage, account),
        ...listeners(stage),
        ...mail(stage, account),
      ];
  }
}

function toolkit({ name }: Stage, { accountId, region, isBootstrapped }: Account): Finding[] {
  if ('unknown' in isBootstrapped) return [unchecked('the CDK toolkit', isBootstrapped.unknown)];
  if (isBootstrapped.known) return [];
  return [
    missing(
      `account ${accountId} is not prepared for the CDK in ${region}: once, npm run deploy -- bootstrap --stage ${name}`,
    ),
  ];
}

function reservations({ name, streams }: Stage, { concurrency }: Account): Finding[] {
  const reserved = PROCESSOR_NAMES.reduce(
    (sum, processor) => sum + (settingsOf(streams, processor).concurrency ?? 0),
    0,
  );
  if (reserved === 0) return [];
  if ('unknown' in concurrency) return [unchecked("Lambda's concurrency", concurrency.unknown)];
  if (concurrency.known - UNRESERVABLE >= reserved) return [];
  return [
    missing(
      `stage ${name} reserves ${reserved} invocations at once, the account has ${concurrency.known}, and ${UNRESERVABLE} cannot be reserved: ` +
        'ask for more (aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000), ' +
        'or leave concurrency out of infra/stages.ts',
    ),
  ];
}

function listeners({ alarms }: Stage): Finding[] {
  if (alarms.topicArn !== undefined || alarms.emails.length > 0) return [];
  return [note('alarms tell nobody: enter alarms.emails in infra/stages.ts')];
}

function mail({ mail: { sender, makeIdentity } }: Stage, account: Account): Finding[] {
  if (/[@.]example\.(com|net|org)$/.test(sender))
    return [note(`mails cannot be sent from ${sender}: enter mail.sender in infra/stages.ts`)];
  const { identityIsVerified: verified, mayMailAnybody: anybody } = account;
  const found: Finding[] = [];
  if ('unknown' in verified) found.push(unchecked("the sender's identity in SES", verified.unknown));
  else if (!verified.known)
    found.push(
      note(
        makeIdentity
          ? `SES has not verified the sender ${sender} yet: enter the DNS records that the stack puts out`
          : `SES has not verified the sender ${sender}: until then every mail is a dead letter, to be redriven`,
      ),
    );
  if ('unknown' in anybody) found.push(unchecked("SES's sandbox", anybody.unknown));
  else if (!anybody.known)
    found.push(note('SES is in the sandbox: every mail to an address that is not verified is a dead letter'));
  return found;
}

const missing = (text: string): Finding => ({ kind: 'missing', text });
const note = (text: string): Finding => ({ kind: 'note', text });
const unchecked = (what: string, why: string): Finding => note(`${what} could not be looked at (${why})`);
