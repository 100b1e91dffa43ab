/**
 * Assembles OpenSearch from its Maven artifacts: the distribution its own project tests clients against, and the module with
 * the language analyzers, which that of 2.x leaves out. Assembled once per version, and complete or not there at all.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lineOf } from '../../problem.ts';
import { EngineUnavailable } from './engine-unavailable.ts';
import { type Environment, findMaven } from './prerequisites.ts';

const run = promisify(execFile);

/** `2.11.1` is the version that the CDK app deploys; the search contract is held against all of them. */
export const openSearchVersions = ['2.11.1', '2.19.1', '3.6.0'] as const;
export type OpenSearchVersion = (typeof openSearchVersions)[number];

export interface Assembly {
  readonly version: OpenSearchVersion;
  readonly cacheDirectory: string;
  readonly environment: Environment;
  readonly say: (line: string) => void;
}

/** What is started; the distributions of 3.x have twenty more, whose start takes longer than everything else. */
const MODULES: ReadonlySet<string> = new Set(['analysis-common', 'lang-painless', 'transport-netty4']);

/** The distribution unpacks into a folder of this name. */
const folderOf = (version: OpenSearchVersion): string => `opensearch-${version}`;

/** What OpenSearch's installer would write for a module; its class is the artifact's only plugin. */
const descriptor = (version: OpenSearchVersion): string =>
  Object.entries({
    name: 'analysis-common',
    description: 'Analyzers of many languages',
    version,
    'opensearch.version': version,
    'java.version': '11',
    classname: 'org.opensearch.analysis.common.CommonAnalysisPlugin',
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

/** @returns the home directory of that version. @throws {EngineUnavailable} when it cannot be fetched */
export async function assembleOpenSearch({
  version,
  cacheDirectory,
  environment,
  say,
}: Assembly): Promise<string> {
  const home = join(cacheDirectory, folderOf(version));
  if (existsSync(home)) return home;
  const maven = await findMaven(environment);
  say(`fetching OpenSearch ${version} (once, about 50 MB) into ${cacheDirectory}`);
  await mkdir(cacheDirectory, { recursive: true });
  const work = await mkdtemp(join(cacheDirectory, 'assembling-'));
  const fetch = async (goal: 'copy' | 'unpack', artifact: string, directory: string): Promise<void> => {
    const options = [
      '-q',
      '-B',
      `dependency:${goal}`,
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${directory}`,
    ];
    try {
      await run(maven, options, { cwd: work, env: { ...environment } });
    } catch (error) {
      throw new EngineUnavailable(
        'OpenSearch',
        `Maven could not fetch ${artifact} (${mavenReason(error)})`,
        'check the network and ~/.m2/settings.xml, then run this again',
      );
    }
  };
  try {
    await fetch('unpack', `org.opensearch.distribution.integ-test-zip:opensearch:${version}:zip`, work);
    const modules = join(work, folderOf(version), 'modules');
    for (const name of await readdir(modules)) {
      if (!MODULES.has(name)) await rm(join(modules, name), { recursive: true });
    }
    const analyzers = join(modules, 'analysis-common');
    if (!existsSync(analyzers)) {
      await fetch('copy', `org.opensearch.plugin:analysis-common:${version}`, analyzers);
      await writeFile(join(analyzers, 'plugin-descriptor.properties'), descriptor(version));
    }
    await rename(join(work, folderOf(version)), home).catch((error: unknown) => {
      // Another run was faster.
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return home;
}

function mavenReason(error: unknown): string {
  const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
  const [reason] = output.split('\n').filter((line) => line.startsWith('[ERROR]'));
  return (reason ?? lineOf(error)).slice(0, 200);
}
