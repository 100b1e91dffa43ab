/** Keeps what the rehearsal installs beside the other engines, outside the repository: complete or not there at all, and once per version. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Environment, engineCache } from '../../../local/engines/opensearch/prerequisites.ts';
import { lineOf, Problem } from '../../../local/problem.ts';

const run = promisify(execFile);

const INSTALL_MS = 300_000;

export interface Installation {
  /** Its folder's name, with the version in it. */
  readonly name: string;
  readonly environment: Environment;
  readonly say: (line: string) => void;
  /** Commands that fill `folder`, one after the other. */
  readonly commands: (folder: string) => readonly (readonly [command: string, ...args: string[]])[];
  /** What the user can do when it fails. */
  readonly wayOut: string;
}

/** @returns the folder it is in. @throws Problem when it cannot be installed */
export async function cachedTool({
  name,
  environment,
  say,
  commands,
  wayOut,
}: Installation): Promise<string> {
  const cache = engineCache(environment, join('node_modules', '.cache', 'streamkeeper', 'engines'));
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  say(`installing ${name} (once) into ${cache}`);
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, `installing-${name}-`));
  try {
    for (const [command, ...args] of commands(unfinished)) {
      await run(command, args, { cwd: unfinished, env: { ...environment }, timeout: INSTALL_MS });
    }
    await rename(unfinished, folder).catch((error: unknown) => {
      // Another run was faster.
      if (!existsSync(folder)) throw error;
    });
  } catch (error) {
    throw new Problem(`${name} cannot be installed here (${reasonOf(error)}); ${wayOut}`);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** What the installer said last, rather than which command it was. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return (said.split('\n').at(-1) || lineOf(error)).slice(0, 200);
}
