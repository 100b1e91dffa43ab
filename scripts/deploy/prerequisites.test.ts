/** What keeps a stage from being deployed, and what is only said. */
import { expect, test } from 'vitest';
import { type Stage, stageOf } from '../../infra/stages.ts';
import { type Account, findings } from './prerequisites.ts';

/** One that lacks nothing. */
const ACCOUNT: Account = {
  accountId: '123456789012',
  region: 'ap-south-1',
  isBootstrapped: { known: true },
  concurrency: { known: 1000 },
  mayMailAnybody: { known: true },
  identityIsVerified: { known: true },
};

const dev = stageOf('dev');
const READY: Stage = {
  ...dev,
  alarms: { ...dev.alarms, emails: ['who@market.in'] },
  mail: { ...dev.mail, sender: 'bookings@market.in' },
};

const found = (stage: Stage, account: Partial<Account> = {}) =>
  findings(stage, { ...ACCOUNT, ...account }, 'deploy').map(({ kind, text }) => `${kind}: ${text}`);

test('an account that lacks nothing is not talked about', () => {
  expect(found(READY)).toEqual([]);
});

test('an account that is not bootstrapped is told the command, with the stage in it', () => {
  expect(found(READY, { isBootstrapped: { known: false } })).toEqual([
    expect.stringMatching(/^missing: .*ap-south-1.*npm run deploy -- bootstrap --stage dev$/),
  ]);
});

test('bootstrapping needs no bootstrap', () => {
  expect(findings(READY, { ...ACCOUNT, isBootstrapped: { known: false } }, 'bootstrap')).toEqual([]);
});

test("a new account's ten invocations are enough where nothing is reserved", () => {
  expect(found(READY, { concurrency: { known: 10 } })).toEqual([]);
});

test('what is reserved must be there beside the hundred that cannot be', () => {
  const stage: Stage = {
    ...READY,
    streams: { ...READY.streams, products: { ...READY.streams.products, concurrency: 4 } },
  };
  expect(found(stage, { concurrency: { known: 104 } })).toEqual([]);
  expect(found(stage, { concurrency: { known: 103 } })).toEqual([
    expect.stringMatching(/^missing: .*L-B99A9384/),
  ]);
});

test('alarms without listeners and a sender nobody can send from are notes', () => {
  expect(found(dev)).toEqual([
    expect.stringMatching(/^note: .*alarms\.emails/),
    expect.stringMatching(/^note: .*mail\.sender/),
  ]);
});

test("an unverified sender and SES's sandbox are notes: mails become letters, all else works", () => {
  const account = { mayMailAnybody: { known: false }, identityIsVerified: { known: false } };
  expect(found(READY, account)).toEqual([
    expect.stringMatching(/^note: SES has not verified the sender bookings@market\.in/),
    expect.stringMatching(/^note: SES is in the sandbox/),
  ]);
});

test('where the stage makes the identity, the records that verify it are pointed at', () => {
  const stage: Stage = { ...READY, mail: { ...READY.mail, makeIdentity: true } };
  expect(found(stage, { identityIsVerified: { known: false } })).toEqual([
    expect.stringContaining('DNS records'),
  ]);
});

test('what may not be looked at is said, and keeps nobody from deploying', () => {
  const unknown = { unknown: 'AccessDeniedException: not allowed' };
  expect(
    found(READY, { isBootstrapped: unknown, mayMailAnybody: unknown, identityIsVerified: unknown }),
  ).toEqual(Array(3).fill(expect.stringMatching(/^note: .*could not be looked at \(AccessDenied/)));
});
