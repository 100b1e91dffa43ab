/** Starts every engine a template needs, as the options say, and stops them together. */
import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../shared/time/clock.ts';
import type { RunOptions } from '../options.ts';
import { type AwsServices, startAwsServices } from './aws-services.ts';
import { type CacheEngine, startEmbeddedCache, useCacheAt } from './cache.ts';
import {
  DYNOXIDE_REGION,
  type DynamoDbEngine,
  GIVEN_REGION,
  startDynoxide,
  useDynamoDbAt,
} from './dynamodb.ts';
import { type SearchEngine, startEmbeddedSearch, useSearchAt } from './search.ts';

export interface Engines {
  readonly region: string;
  /** Endpoint of the DynamoDB that holds a system's tables. */
  dynamodbOf(system: string): string;
  readonly aws: AwsServices;
  /** Absent if the template has no search domain. */
  readonly search: SearchEngine | undefined;
  /** Absent if the template has no cache. */
  readonly cache: CacheEngine | undefined;
  /** Settles with the reason when one of them has gone. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

export interface EngineNeeds {
  /** Systems with tables. */
  readonly systems: readonly string[];
  readonly search: boolean;
  readonly cache: boolean;
}

export interface StartEnginesOptions {
  readonly options: Pick<
    RunOptions,
    'awsPort' | 'dynamodb' | 'dynamodbPort' | 'keep' | 'redis' | 'search' | 'searchPort'
  >;
  readonly needs: EngineNeeds;
  readonly clock: Clock;
  /** For engines that look for Java and caches. */
  readonly environment: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

/** @throws Problem when one of them cannot start; those that did are stopped */
export async function startEngines(start: StartEnginesOptions): Promise<Engines> {
  const { options, needs } = start;
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const folder = options.keep ?? temporaryFolder(stops);
    const dynamodb = await startDynamoDb(start, folder, stops);
    const region = options.dynamodb === undefined ? DYNOXIDE_REGION : GIVEN_REGION;
    const aws = await startAwsServices({
      region,
      port: options.awsPort,
      dataDir: options.keep === undefined ? undefined : subfolder(folder, 'sqs-and-s3'),
      warn: start.say,
    });
    stops.push(() => aws.stop());
    const search = needs.search ? await startSearch(start) : undefined;
    if (search !== undefined) stops.push(() => search.stop());
    const cache = needs.cache ? await startCache(options.redis) : undefined;
    if (cache !== undefined) stops.push(() => cache.stop());
    const failures = [...new Set(dynamodb.values())].map((engine) => engine.failed);
    if (search !== undefined) failures.push(search.failed);
    return {
      region,
      dynamodbOf: (system) => dynamodb.get(system)?.endpoint ?? [...dynamodb.values()][0]?.endpoint ?? '',
      aws,
      search,
      cache,
      failed: Promise.race(failures),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startDynamoDb(
  { options, needs, clock }: StartEnginesOptions,
  folder: string,
  stops: (() => Promise<void> | void)[],
): Promise<Map<string, DynamoDbEngine>> {
  const engines = new Map<string, DynamoDbEngine>();
  if (options.dynamodb !== undefined) {
    const engine = await useDynamoDbAt(options.dynamodb);
    for (const system of needs.systems) engines.set(system, engine);
    return engines;
  }
  const started = await Promise.allSettled(
    needs.systems.map(async (system, index) => {
      const engine = await startDynoxide({
        system,
        file: join(subfolder(folder, 'dynamodb'), `${system}.sqlite`),
        port: options.dynamodbPort === 0 ? 0 : options.dynamodbPort + index,
        clock,
      });
      engines.set(system, engine);
      stops.push(() => engine.stop());
    }),
  );
  for (const one of started) if (one.status === 'rejected') throw one.reason;
  return engines;
}

async function startSearch(start: StartEnginesOptions): Promise<SearchEngine> {
  const { options, clock, environment, say } = start;
  if (typeof options.search === 'object') return useSearchAt(options.search.url);
  if (options.search === 'embedded') {
    return startEmbeddedSearch({
      port: options.searchPort,
      file: options.keep === undefined ? undefined : join(options.keep, 'search.sqlite'),
    });
  }
  const { startOpenSearch } = await import('./opensearch/start.ts');
  const opensearch = await startOpenSearch({
    clock,
    environment,
    port: options.searchPort,
    say,
    ...(options.keep === undefined ? {} : { dataDirectory: subfolder(options.keep, 'opensearch') }),
  });
  return { url: opensearch.url, failed: new Promise(() => {}), stop: () => opensearch.stop() };
}

function startCache(url: string | undefined): Promise<CacheEngine> {
  return url === undefined ? startEmbeddedCache() : useCacheAt(url);
}

function temporaryFolder(stops: (() => Promise<void> | void)[]): string {
  const folder = mkdtempSync(join(roomForTheDay(), `streamkeeper-${randomUUID().slice(0, 8)}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  stops.push(() => {
    process.off('exit', remove);
    remove();
  });
  return folder;
}

/** Of a tmpfs: what the databases of a day need, with much to spare. */
const ROOM_BYTES = 2 ** 30;

/**
 * Dynoxide waits for the disk at every write, which nobody needs of data that goes with the run: where Linux keeps a file system in
 * memory with room for it, the databases lie there.
 */
export function roomForTheDay(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize >= ROOM_BYTES) {
      accessSync('/dev/shm', constants.W_OK);
      return '/dev/shm';
    }
  } catch {
    // There is none, or it is not ours to write: the disk it is.
  }
  return tmpdir();
}

function subfolder(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}
