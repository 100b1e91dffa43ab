/** Which licences the packages have that go into what is deployed or installed, and which of them are not allowed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Permissive ones: they ask for their text to be kept, and for nothing of ours. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
]);

export interface Package {
  /** Where it is installed, e.g. `node_modules/zod`. */
  readonly path: string;
  /** As its package.json says; absent where it says nothing. */
  readonly licence?: string;
}

/** Whether one of the licences that may be chosen is allowed; of those that hold together, all (SPDX, "License expressions"). */
export function isAllowed(expression: string): boolean {
  const bare = expression.replace(/[()]/g, ' ').trim();
  return bare
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((one) => ALLOWED.has(one.trim())));
}

/** @returns one line for each package that may not be used */
export function refusedPackages(packages: readonly Package[]): readonly string[] {
  return packages.flatMap(({ path, licence }) => {
    if (licence === undefined) return [`${path}: its package.json names no licence`];
    return isAllowed(licence) ? [] : [`${path}: ${licence} is not one of ${[...ALLOWED].join(', ')}`];
  });
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
}

/** All that are installed and needed by more than the tests. @param root the folder of package-lock.json */
export function productionPackages(root: string): readonly Package[] {
  const { packages }: LockFile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).flatMap(([path, { dev = false }]) => {
    const file = join(root, path, 'package.json');
    // What is for other systems is in the lock file, and not installed.
    if (path === '' || dev || !existsSync(file)) return [];
    const { license } = JSON.parse(readFileSync(file, 'utf8'));
    return [typeof license === 'string' ? { path, licence: license } : { path }];
  });
}
