/** What `npm run deploy` understands, and the command line that it makes of it. */
import { expect, test } from 'vitest';
import { cdkArguments, type DeployArguments, readArguments } from './command-line.ts';

const PLACE = { accountId: '123456789012', region: 'ap-south-1' };

function read(...argv: string[]): DeployArguments {
  const args = readArguments(argv);
  if (args === 'help') throw new Error('help');
  return args;
}

const cdkOf = (...argv: string[]) =>
  cdkArguments(read(...argv), PLACE, '/folder')
    .slice(2)
    .join(' ');

test('without a command it deploys', () => {
  expect(read('--stage', 'dev')).toMatchObject({ command: 'deploy', stage: 'dev', check: false, yes: false });
});

test.each([
  [[], 'which stage?'],
  [['--stage', ''], 'which stage?'],
  [['undo', '--stage', 'dev'], '"undo" is no command; use one of deploy, diff, bootstrap, destroy'],
  [['deploy', 'dev', '--stage', 'dev'], '"dev" is one word too many'],
  [['--stage', 'dev', '--all'], "Unknown option '--all'"],
])('%j is refused in one line', (argv, said) => {
  expect(() => readArguments(argv)).toThrow(said);
  expect(() => readArguments(argv)).toThrow(/^[^\n]+$/);
});

test('help needs no stage', () => {
  expect(readArguments(['--help'])).toBe('help');
});

test('the version of the CDK is fixed: the newest cannot read this assembly', () => {
  const [yes, tool] = cdkArguments(read('--stage', 'dev'), PLACE, '/folder');
  expect(yes).toBe('--yes');
  expect(tool).toMatch(/^aws-cdk@2\.\d+\.\d+$/);
});

test('all stacks of the synthesized folder are deployed, and the CDK asks as it does', () => {
  expect(cdkOf('--stage', 'dev')).toBe('deploy --all --app /folder');
});

test('--yes asks nothing, and lets independent stacks go side by side', () => {
  expect(cdkOf('--stage', 'dev', '--yes')).toBe(
    'deploy --all --app /folder --require-approval never --concurrency 4',
  );
  expect(cdkOf('destroy', '--stage', 'dev', '--yes')).toBe('destroy --all --app /folder --force');
});

test('bootstrap is of the account and region, not of a stage', () => {
  expect(cdkOf('bootstrap', '--stage', 'dev')).toBe('bootstrap aws://123456789012/ap-south-1');
});

test("the profile and the CDK's own options are handed on", () => {
  expect(cdkOf('diff', '--stage', 'dev', '--profile', 'me', '--', '--no-color', '--stage')).toBe(
    'diff --all --app /folder --profile me --no-color --stage',
  );
});
