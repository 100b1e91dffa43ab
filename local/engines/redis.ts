/** A real redis-server (or valkey-server) for the tests that need one: the machine's own, installed if it may be, gone when stopped. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { connectRedis } from '../../shared/cache/connect.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { lineOf, Problem } from '../problem.ts';
import { type EngineProcess, startEngineProcess } from './child-process.ts';
import { choosePort } from './port.ts';

export interface RunningRedis extends Pick<EngineProcess, 'ended' | 'signal'> {
  /** `redis://127.0.0.1:port` */
  readonly url: string;
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  /**
   * What to do where there is no server: install one (as root, by apt-get), or say so.
   *
   * @default 'say-so'
   */
  readonly whenMissing?: 'install' | 'say-so';
  /** Told what takes time. */
  say(line: string): void;
}

const START_MS = 10_000;
const PAUSE_MS = 50;
const INSTALL_MS = 170_000;

/** @throws Problem when there is no server here and none can be installed, or when it does not start */
export async function startRedisServer({
  clock,
  environment,
  whenMissing = 'say-so',
  say,
}: RedisServerOptions): Promise<RunningRedis> {
  const command = (await findServer(environment)) ?? (await installServer(environment, whenMissing, say));
  const port = await choosePort(0, 'redis-server');
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = startEngineProcess(command, args, environment);
  const url = `redis://127.0.0.1:${port}`;
  const redis = connectRedis({ url, clock, timeoutMs: 1_000 });
  const untilMs = clock.now() + START_MS;
  try {
    while (!(await answers(redis))) {
      if (!server.isRunning() || clock.now() > untilMs) {
        throw new Problem(`${command} does not start: ${server.errorText() || 'it does not answer'}`);
      }
      await sleep(clock, PAUSE_MS);
    }
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    redis.close();
  }
  return { url, ended: server.ended, signal: server.signal, stop: () => server.stop() };
}

async function answers(redis: ReturnType<typeof connectRedis>): Promise<boolean> {
  try {
    const [reply] = await redis.send([['PING']], new AbortController().signal);
    return reply === 'PONG';
  } catch {
    return false;
  }
}

async function findServer({ PATH = '' }: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of PATH.split(delimiter)) {
      const path = join(folder, name);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const WAY_OUT =
  'install redis-server or valkey-server (Debian: apt-get install redis-server), or set REDIS_URL to a running one';

async function installServer(
  environment: NodeJS.ProcessEnv,
  whenMissing: 'install' | 'say-so',
  say: (line: string) => void,
): Promise<string> {
  if (whenMissing === 'say-so' || process.getuid?.() !== 0)
    throw new Problem(`redis-server is not on the PATH; ${WAY_OUT}`);
  say('redis-server is not on the PATH: installing it');
  const run = promisify(execFile);
  const options = { env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' }, timeout: INSTALL_MS };
  try {
    await run('apt-get', ['update', '-qq'], options);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], options);
  } catch (error) {
    throw new Problem(`redis-server could not be installed (${lineOf(error).slice(0, 200)}); ${WAY_OUT}`);
  }
  const installed = await findServer(environment);
  if (installed === undefined) throw new Problem(`redis-server is still not on the PATH; ${WAY_OUT}`);
  return installed;
}
