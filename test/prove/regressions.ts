/** Histories that once broke a law, kept for ever: `fixtures/regressions/<law>-<seed>.json`, replayed by the unit suite. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Broken } from '../laws/law.ts';

export const REGRESSIONS = join(import.meta.dirname, '../../fixtures/regressions');

export interface Regression {
  readonly law: string;
  readonly seed: number;
  readonly path: string;
  /** What it broke when it was found. */
  readonly problems: readonly string[];
  readonly history: unknown;
}

/** @returns the file's path */
export async function keep(
  law: string,
  { seed, path, problems, history }: Broken,
  folder = REGRESSIONS,
): Promise<string> {
  const file = join(folder, `${law.replace('/', '-')}-${seed}.json`);
  const regression: Regression = { law, seed, path, problems, history };
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(regression, null, 2)}\n`);
  return file;
}

export async function regressions(
  folder = REGRESSIONS,
): Promise<readonly (Regression & { readonly file: string })[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (file) => ({
      file,
      ...(JSON.parse(await readFile(join(folder, file), 'utf8')) as Regression),
    })),
  );
}
