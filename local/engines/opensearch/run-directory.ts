/**
 * The files of one run: configuration, logs, data. OpenSearch refuses to run as root, so for root it runs as `nobody`, in
 * copies that belong to `nobody`.
 */
import { spawnSync } from 'node:child_process';
import { chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineUnavailable } from './engine-unavailable.ts';

export interface RunDirectory {
  /** The distribution this run uses. */
  readonly home: string;
  readonly config: string;
  readonly logs: string;
  readonly temporary: string;
  /** Set if the process must run as this user and group. */
  readonly user?: { readonly uid: number; readonly gid: number };
  remove(): Promise<void>;
}

export interface RunFiles {
  readonly home: string;
  /** An existing directory that others may enter, e.g. /tmp. */
  readonly parent: string;
  readonly dataDirectory?: string | undefined;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** All that is logged goes to stderr, from which a failed start is explained. */
const LOGGING = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %m %xEx{short.message}%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`;

/** @throws {EngineUnavailable} if the files cannot be had by a user that may run it */
export async function prepareRun({ home, parent, dataDirectory, settings }: RunFiles): Promise<RunDirectory> {
  const root = await mkdtemp(join(parent, 'streamkeeper-opensearch-'));
  const at = (name: string): string => join(root, name);
  const remove = () => rm(root, { recursive: true, force: true });
  try {
    const data = dataDirectory ?? at('data');
    for (const directory of [at('config'), at('logs'), at('tmp'), data]) {
      await mkdir(directory, { recursive: true });
    }
    await writeFile(at('config/log4j2.properties'), LOGGING);
    const all = { ...settings, 'path.data': data, 'path.logs': at('logs') };
    const lines = Object.entries(all).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
    await writeFile(at('config/opensearch.yml'), lines.join(''));
    const run = { config: at('config'), logs: at('logs'), temporary: at('tmp'), remove };
    if (process.getuid?.() !== 0) return { ...run, home };

    const user = await nobody();
    await cp(home, at('home'), { recursive: true });
    for (const directory of dataDirectory === undefined ? [root] : [root, dataDirectory]) {
      await enterable(dirname(directory));
      await give(directory, user);
    }
    return { ...run, home: at('home'), user };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** @throws {EngineUnavailable} if this machine has no such user, or no setpriv to become it */
async function nobody(): Promise<{ uid: number; gid: number }> {
  const setpriv = spawnSync('setpriv', ['--version']).status === 0;
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined || !setpriv) {
    const lacking = setpriv ? 'user "nobody"' : 'command setpriv (of util-linux)';
    throw new EngineUnavailable(
      'OpenSearch',
      `it refuses to run as root, and there is no ${lacking} to run it otherwise`,
      'run this as another user than root',
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
}

async function give(path: string, user: { uid: number; gid: number }): Promise<void> {
  await chown(path, user.uid, user.gid);
  for (const entry of await readdir(path, { recursive: true }))
    await chown(join(path, entry), user.uid, user.gid);
}

/** @throws {EngineUnavailable} if `nobody` cannot pass through one of the directories above */
async function enterable(directory: string): Promise<void> {
  const { mode } = await stat(directory);
  if ((mode & 0o001) === 0) {
    throw new EngineUnavailable(
      'OpenSearch',
      `it refuses to run as root, and the user "nobody" may not enter ${directory}`,
      'choose a directory outside it, or run this as another user than root',
    );
  }
  if (dirname(directory) !== directory) await enterable(dirname(directory));
}
