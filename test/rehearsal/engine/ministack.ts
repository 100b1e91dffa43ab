/**
 * MiniStack: an emulator of AWS in one Python process that deploys what the CDK command line gives it. Nobody of this project wrote
 * it, which is why it is here.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startEngineProcess } from '../../../local/engines/child-process.ts';
import type { Environment } from '../../../local/engines/opensearch/prerequisites.ts';
import { choosePort } from '../../../local/engines/port.ts';
import { Problem } from '../../../local/problem.ts';
import { type Clock, sleep } from '../../../shared/time/clock.ts';
import { cachedTool } from './cached-tool.ts';

const VERSION = '1.5.33';
const START_MS = 60_000;

/** It ends on SIGTERM only when it is idle: then it, and the functions' processes, are killed as a group. */
const GRACE_MS = 3_000;

export interface MiniStackOptions {
  readonly clock: Clock;
  readonly environment: Environment;
  readonly say: (line: string) => void;
  readonly port: number;
  /** What its search domains and caches lead to. */
  readonly searchUrl: string;
  readonly redisUrl: string;
}

export interface RunningMiniStack {
  readonly url: string;
  /** What it wrote last, functions' output included. */
  lastLines(count: number): Promise<string>;
  stop(): Promise<void>;
}

export function installMiniStack(environment: Environment, say: (line: string) => void): Promise<string> {
  return cachedTool({
    name: `ministack-${VERSION}`,
    environment,
    say,
    commands: (folder) => [
      ['python3', '-m', 'venv', folder],
      [join(folder, 'bin', 'pip'), 'install', '-q', '--disable-pip-version-check', `ministack==${VERSION}`],
    ],
    wayOut:
      'it needs python3 from 3.10 with venv (Debian: apt-get install python3-venv) and a way to PyPI; then run this again',
  });
}

/** @throws Problem when it does not come up */
export async function startMiniStack(home: string, options: MiniStackOptions): Promise<RunningMiniStack> {
  const { clock, environment, searchUrl, redisUrl } = options;
  const port = await choosePort(options.port, '--port');
  const folder = await mkdtemp(join(tmpdir(), 'streamkeeper-rehearsal-'));
  const redis = new URL(redisUrl);
  const log = join(folder, 'ministack.log');
  const engine = startEngineProcess(
    '/bin/sh',
    [
      '-c',
      'log=$1; shift; exec "$@" >"$log" 2>&1',
      'sh',
      log,
      join(home, 'bin', 'python'),
      '-m',
      'ministack',
    ],
    {
      HOME: folder,
      TMPDIR: folder,
      // Functions run in the first node on the path: the one that runs this.
      PATH: `${dirname(process.execPath)}:${environment['PATH'] ?? ''}`,
      PYTHONDONTWRITEBYTECODE: '1',
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      STATE_DIR: join(folder, 'state'),
      S3_DATA_DIR: join(folder, 's3'),
      MINISTACK_OPENSEARCH_ENDPOINT: new URL(searchUrl).host,
      REDIS_HOST: redis.hostname,
      REDIS_PORT: redis.port,
    },
  );
  const running: RunningMiniStack = {
    url: `http://localhost:${port}`,
    lastLines: async (count) =>
      (await readFile(log, 'utf8').catch(() => '')).split('\n').slice(-count).join('\n'),
    stop: async () => {
      await engine.stop(GRACE_MS);
      await rm(folder, { recursive: true, force: true });
    },
  };
  const untilMs = clock.now() + START_MS;
  while (!(await answers(running.url))) {
    if (!engine.isRunning() || clock.now() > untilMs) {
      const said = await running.lastLines(3);
      await running.stop();
      throw new Problem(`MiniStack ${VERSION} does not start: ${said.trim() || 'it does not answer'}`);
    }
    await sleep(clock, 100);
  }
  return running;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/_ministack/health`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
