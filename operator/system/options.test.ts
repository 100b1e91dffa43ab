/** Which system a command is for is said or found, never guessed. */
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { asOption, systemOptions, targetOf } from './options.ts';

const up = () => true;
const down = () => false;

test('a stage is named on the command line, before the environment', () => {
  expect(targetOf({ stage: 'dev', region: 'ap-south-1' }, { STREAMKEEPER_STAGE: 'prod' }, up)).toEqual({
    kind: 'deployed',
    stage: 'dev',
    profile: undefined,
    region: 'ap-south-1',
  });
});

test('a stage in the environment comes before a local run that is up', () => {
  expect(targetOf({}, { STREAMKEEPER_STAGE: 'staging' }, up)).toMatchObject({ stage: 'staging' });
});

test('--local is the local run whatever the environment says', () => {
  expect(targetOf({ local: true }, { STREAMKEEPER_STAGE: 'prod' }, down)).toEqual({ kind: 'local' });
});

test('without a stage it is the local run if one is up', () => {
  expect(targetOf({}, {}, up)).toEqual({ kind: 'local' });
});

test('without a stage and without a local run nothing is chosen', () => {
  expect(() => targetOf({}, {}, down)).toThrow(Problem);
});

test.each([{ profile: 'mine' }, { region: 'eu-west-1' }])('%o without a stage chooses nothing', (options) => {
  expect(() => targetOf(options, {}, up)).toThrow(Problem);
});

test.each([
  ['--stage', 'dev', '--local'],
  ['--local', '--region', 'eu-west-1'],
  ['--stage', 'De v'],
])('%s %s %s is refused', (...argv) => {
  const command = systemOptions(new Command('any').exitOverride().configureOutput({ writeErr: () => {} }));
  expect(() => command.parse(argv.filter(Boolean), { from: 'user' })).toThrow();
});

test.each([
  [{}, '--stage dev'],
  [{ stage: 'dev', region: 'eu-west-1' }, '--stage dev --region eu-west-1'],
  [{ profile: 'mine', region: 'eu-west-1' }, '--stage dev --profile mine --region eu-west-1'],
  [{ profile: "Ravi's farm" }, "--stage dev --profile 'Ravi'\\''s farm'"],
])('a command called with %o names the system in that way to another one', (given, named) => {
  expect(asOption({ stage: 'dev', gatewayUrl: undefined }, given)).toBe(named);
});

test('the local run is named by nothing else', () => {
  expect(asOption({ stage: 'local', gatewayUrl: 'http://127.0.0.1:1' }, {})).toBe('--local');
});
