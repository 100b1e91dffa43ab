/**
 * Runs a real OpenSearch on this machine, without Docker: one node on a free port of the loopback interface, with its own
 * data, gone without a trace when it is stopped.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, sleep } from '../../../shared/time/clock.ts';
import { type EngineProcess, startEngineProcess } from '../child-process.ts';
import { assembleOpenSearch, type OpenSearchVersion } from './assemble.ts';
import { EngineUnavailable } from './engine-unavailable.ts';
import { type Environment, engineCache, findJava, OPENSEARCH_2, OPENSEARCH_3 } from './prerequisites.ts';
import { prepareRun, type RunDirectory } from './run-directory.ts';

export interface OpenSearchOptions {
  readonly clock: Clock;
  /** For PATH, HOME, JAVA_HOME and what Maven reads. */
  readonly environment: Environment;
  /** @default '2.11.1', which is what the CDK app deploys */
  readonly version?: OpenSearchVersion;
  /** 0 for a free one. @default 0 */
  readonly port?: number;
  /** Where engines are kept. @default the user's cache directory, else node_modules/.cache */
  readonly cacheDirectory?: string;
  /** Kept after the run. @default a temporary one */
  readonly dataDirectory?: string;
  /** MB. 128 do for a test, a benchmark wants more. @default 256 */
  readonly heapMb?: number;
  /** ms. @default 90000 */
  readonly startTimeoutMs?: number;
  /** Progress for a person who waits. @default said to nobody */
  readonly say?: (line: string) => void;
}

export interface RunningOpenSearch {
  readonly url: string;
  readonly version: OpenSearchVersion;
  /** Resolves when the process is gone and its files with it. */
  stop(): Promise<void>;
}

/** Relative to the working directory: only for a user without a home. */
const LAST_RESORT_CACHE = join('node_modules', '.cache', 'streamkeeper', 'engines');

interface Prepared {
  readonly java: string;
  readonly home: string;
}

/** Fetches what a start needs, once. @throws {EngineUnavailable} which says what is missing */
export async function prepareOpenSearch({
  environment,
  version = '2.11.1',
  cacheDirectory = engineCache(environment, LAST_RESORT_CACHE),
  say = () => {},
}: Pick<OpenSearchOptions, 'environment' | 'version' | 'cacheDirectory' | 'say'>): Promise<Prepared> {
  const need = version.startsWith('2.') ? OPENSEARCH_2 : OPENSEARCH_3;
  const java = await findJava(environment, undefined, need);
  return { java, home: await assembleOpenSearch({ version, cacheDirectory, environment, say }) };
}

/** @throws {EngineUnavailable} which says what is missing, or how the start failed */
export async function startOpenSearch(options: OpenSearchOptions): Promise<RunningOpenSearch> {
  const { clock, environment, version = '2.11.1' } = options;
  const { java, home } = await prepareOpenSearch(options);
  const run = await prepareRun({
    home,
    parent: tmpdir(),
    dataDirectory: options.dataDirectory,
    settings: {
      'cluster.name': 'streamkeeper-local',
      'discovery.type': 'single-node',
      'network.host': '127.0.0.1',
      'http.port': options.port ?? 0,
      'transport.port': 0,
      // The ports it got, written to a file among its logs.
      'node.portsfile': true,
      // A disk that is nearly full is no reason to block writes here.
      'cluster.routing.allocation.disk.threshold_enabled': false,
    },
  });
  const [command, ...args] = commandLine(java, run, version, options.heapMb ?? 256);
  const engine = startEngineProcess(command, args, { PATH: environment['PATH'] });
  const stop = async (): Promise<void> => {
    await engine.stop(20_000);
    await run.remove();
  };
  try {
    const url = await untilReady(engine, run, clock, options.startTimeoutMs ?? 90_000);
    return { url, version, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What bin/opensearch would start, without a second Java that computes the options. */
function commandLine(
  java: string,
  run: RunDirectory,
  version: OpenSearchVersion,
  heapMb: number,
): readonly [string, ...string[]] {
  const engine = [
    `-Xms${heapMb}m`,
    `-Xmx${heapMb}m`,
    '-Xss1m',
    '-XX:+UseSerialGC',
    ...guard(run, version),
    '-Djava.awt.headless=true',
    '-Dfile.encoding=UTF-8',
    `-Djava.io.tmpdir=${run.temporary}`,
    `-Djna.tmpdir=${run.temporary}`,
    '-Djna.nosys=true',
    '-Dio.netty.noUnsafe=true',
    '-Dio.netty.noKeySetOptimization=true',
    '-Dio.netty.recycler.maxCapacityPerThread=0',
    '-Dlog4j.shutdownHookEnabled=false',
    '-Dlog4j2.disable.jmx=true',
    `-Dopensearch.path.home=${run.home}`,
    `-Dopensearch.path.conf=${run.config}`,
    '-Dopensearch.distribution.type=zip',
    '-Dopensearch.bundled_jdk=false',
    '-cp',
    join(run.home, 'lib', '*'),
    'org.opensearch.bootstrap.OpenSearch',
  ];
  if (!run.user) return [java, ...engine];
  const { uid, gid } = run.user;
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', java, ...engine];
}

/** OpenSearch 2.x does not start without a security manager, nor 3.x without its agent; Java 23 took the COMPAT locales away. */
function guard({ home }: RunDirectory, version: OpenSearchVersion): readonly string[] {
  if (version.startsWith('2.'))
    return ['-Djava.security.manager=allow', '-Djava.locale.providers=SPI,COMPAT'];
  return [`-javaagent:${join(home, 'agent', 'opensearch-agent.jar')}`, '-Djava.locale.providers=SPI,CLDR'];
}

async function untilReady(
  engine: EngineProcess,
  run: RunDirectory,
  clock: Clock,
  timeoutMs: number,
): Promise<string> {
  const until = clock.now() + timeoutMs;
  while (clock.now() < until) {
    if (!engine.isRunning()) throw failedStart(`it ended at once: ${engine.errorText() || 'without a word'}`);
    const url = await address(run);
    if (url !== undefined && (await isReady(url))) return url;
    await sleep(clock, 100);
  }
  throw failedStart(`it was not ready after ${timeoutMs} ms: ${engine.errorText() || 'it said nothing'}`);
}

const failedStart = (how: string): EngineUnavailable =>
  new EngineUnavailable(
    'OpenSearch',
    how.replace(/\s+/g, ' '),
    'give it memory and time, or use another engine',
  );

async function address(run: RunDirectory): Promise<string | undefined> {
  const file = join(run.logs, 'http.ports');
  if (!existsSync(file)) return undefined;
  const [first = ''] = (await readFile(file, 'utf8')).split('\n');
  return first === '' ? undefined : `http://${first}`;
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=5s`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
