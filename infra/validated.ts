/**
 * Synthesizes a stage and holds its templates against CloudFormation's own schemas, which takes longer than all the rest: so
 * templates that have passed are not held against them again until they change, or the schemas do.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type AppOptions, buildApp } from './build-app.ts';

type Assembly = Pick<ReturnType<ReturnType<typeof buildApp>['app']['synth']>, 'stacks' | 'directory'>;

const FOLDER = join(dirname(import.meta.dirname), 'node_modules', '.cache', 'streamkeeper', 'validated');

/** The stage's app, with or without the check; what `app.synth()` returns. */
export type Synthesize = (validate: boolean) => Assembly;

/** @throws Error when a template does not fit the schemas, or could not be built */
export function synthesizeValidated(
  options: AppOptions & { readonly stage: string },
  folder = FOLDER,
  synthesize: Synthesize = (validate) => buildApp({ ...options, validate }).app.synth(),
): Assembly {
  const assembly = synthesize(false);
  const file = join(folder, options.stage);
  const fingerprint = fingerprintOf(assembly);
  if (read(file) === fingerprint) return assembly;
  const validated = synthesize(true);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, fingerprint);
  return validated;
}

function fingerprintOf({ stacks }: Assembly): string {
  const { version } = createRequire(import.meta.url)('aws-cdk-lib/package.json') as { version: string };
  const templates = stacks.map(({ stackName, template }) => [stackName, template]);
  return createHash('sha256')
    .update(JSON.stringify([version, templates]))
    .digest('hex');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Nothing has passed yet.
    return undefined;
  }
}
