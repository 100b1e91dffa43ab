/** The stage that is rehearsed with: what it leaves out for an emulator, and that no stage on AWS can say the same. */
import { expect, test } from 'vitest';
import { checkStage } from './stage-schema.ts';
import { type Stage, stageOf } from './stages.ts';
import { type Resource, resources, type StackName, templatesOf } from './testing.ts';

const rehearsal = stageOf('rehearsal');
const templates = templatesOf('rehearsal');
const ON_AWS = ['dev', 'staging', 'prod'];

function all(name: string | Stage): [string, Resource][] {
  const stacks = templatesOf(name);
  return (Object.keys(stacks) as StackName[]).flatMap((stack) =>
    Object.entries<Resource>(stacks[stack].toJSON()['Resources']),
  );
}

test.each(ON_AWS)('stage %s cannot be deployed to an emulator', (name) => {
  expect(() => checkStage({ ...stageOf(name), emulator: rehearsal.emulator })).toThrow(
    'emulator: is for the stage rehearsal alone',
  );
});

test('the stage that is rehearsed with cannot be deployed to AWS', () => {
  const { emulator, ...withoutEmulator } = rehearsal;
  expect(emulator).toBeDefined();
  expect(() => checkStage(withoutEmulator)).toThrow('emulator: is required');
});

test.each([
  ['another machine', { url: 'http://emulator.example.com:4566' }, 'emulator.url'],
  ['https', { url: 'https://localhost:4566' }, 'emulator.url'],
  [
    'the keys of a real pool',
    { tokens: { userPoolId: 'eu-west-1_Abc', clientId: 'c', keys: '{}' } },
    'emulator.tokens.userPoolId',
  ],
])('%s is refused', (_what, part, field) => {
  expect(() => checkStage({ ...rehearsal, emulator: { ...rehearsal.emulator, ...part } })).toThrow(
    `${field}: must be`,
  );
});

test('it is dev, but for rules between security groups, computed alarms, addresses, and who mails come from', () => {
  const dev = all('dev');
  // A version's id is a hash of its function's settings, addresses among them.
  const named = (id: string, { Type }: Resource) => (Type === 'AWS::Lambda::Version' ? Type : id);
  const ids = (found: readonly [string, Resource][]) => new Set(found.map((one) => named(...one)));
  const rehearsed = ids(all('rehearsal'));
  const left = dev.filter((one) => !rehearsed.has(named(...one))).map(([, resource]) => resource);
  expect(new Set(left.map(({ Type }) => Type))).toEqual(
    new Set(['AWS::EC2::SecurityGroupEgress', 'AWS::CloudWatch::Alarm']),
  );
  for (const { Type, Properties } of left) {
    if (Type === 'AWS::CloudWatch::Alarm') expect(Properties).toHaveProperty('Metrics');
  }
  expect([...rehearsed].filter((id) => !ids(dev).has(id))).toEqual(['MailIdentity']);
});

test('without rules between groups less may pass than with them', () => {
  const egress = Object.values(resources(templates.opportunityAnalysis, 'AWS::EC2::SecurityGroup')).flatMap(
    ({ Properties }) => Properties['SecurityGroupEgress'] as { IpProtocol: string; FromPort?: number }[],
  );
  expect(egress.filter(({ FromPort, IpProtocol }) => FromPort !== 443 && IpProtocol !== '-1')).toEqual([]);
});

test('tokens are those of the keys it is given, of a pool that AWS cannot have', () => {
  const tokens = {
    userPoolId: 'xx-local-0_Streamkeeper',
    clientId: 'streamkeeper-local',
    keys: '{"keys":[]}',
  };
  const { ekBharath } = templatesOf({
    ...rehearsal,
    emulator: {
      url: 'http://localhost:4566',
      rulesBetweenGroups: 'left-out',
      alarms: 'of-one-metric',
      tokens,
    },
  });
  expect(resources(ekBharath, 'AWS::Cognito::UserPool')).toEqual({});
  expect(JSON.stringify(resources(ekBharath, 'AWS::Lambda::Function'))).toContain(
    '"USER_POOL_ID":"xx-local-0_Streamkeeper"',
  );
});
