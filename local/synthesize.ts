/**
 * Gets the synthesized app: what `npm run synth` writes, made by a process of its own whose memory goes with it. The result is
 * kept by the hash of everything it is made of, so that only a change costs the seconds again.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Problem } from './problem.ts';

/**
 * A third of the memory, so that the run fits into a small machine. What is left out is CDK's check of the template against
 * CloudFormation's schemas (AWS CDK, `builtinCloudFormationValidation`): `npm run synth` makes it, and nothing is deployed here.
 */
const SPARING = { node: ['--max-semi-space-size=4'], environment: { GOGC: '25', CDK_VALIDATION: 'false' } };

/** What the template and the bundles are made of, from the repository's root. */
const SOURCES = ['infra', 'processors', 'shared', 'package-lock.json', 'tsconfig.json'];

export interface SynthesisOptions {
  readonly repository: string;
  /** Made if it is not there. */
  readonly cacheFolder: string;
  readonly stage: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** A result nobody asked for in so long is removed; a run may still load its bundles from a younger one. */
const KEEP_MS = 24 * 3_600_000;

/** @returns the folder of the assembly. @throws Problem with what the synthesis says */
export async function synthesize(options: SynthesisOptions): Promise<string> {
  const { repository, cacheFolder, stage, environment } = options;
  const hash = hashOf(repository, stage);
  const folder = join(cacheFolder, hash);
  if (existsSync(join(folder, 'manifest.json'))) return folder;
  const unfinished = join(cacheFolder, `unfinished-${process.pid}`);
  await mkdir(cacheFolder, { recursive: true });
  try {
    await runSynthesis(repository, stage, unfinished, environment);
    for (const name of readdirSync(cacheFolder)) {
      const old = join(cacheFolder, name);
      if (Date.now() - statSync(old).mtimeMs > KEEP_MS) await rm(old, { recursive: true, force: true });
    }
    await rename(unfinished, folder).catch(async (error) => {
      // Another run was faster; its result is the same.
      if (!existsSync(join(folder, 'manifest.json'))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

function runSynthesis(
  repository: string,
  stage: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...SPARING.node, join(repository, 'infra/app.ts'), '--stage', stage, '--out', folder],
      {
        cwd: repository,
        env: { ...environment, ...SPARING.environment },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-4000);
    });
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.on('error', (error) => reject(new Problem(`synthesis does not start: ${error.message}`)));
    child.on('close', (status) => {
      process.off('exit', end);
      if (status === 0) resolve();
      else {
        const reason =
          errors
            .trim()
            .split('\n')
            .findLast((line) => line.startsWith('synth:')) ?? errors.trim().split('\n').at(-1);
        reject(new Problem(`the app does not synthesize: ${reason}; see npm run synth`));
      }
    });
  });
}

function hashOf(repository: string, stage: string): string {
  const hash = createHash('sha256').update(`${stage} ${process.versions.node}\n`);
  for (const file of SOURCES.flatMap((source) => filesOf(join(repository, source)))) {
    hash.update(`${relative(repository, file)}\n`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 24);
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!path.match(/\.[a-z]+$/)) {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  }
  return [path];
}
