/** Finds what engines written in Java need of this machine: a Java they run on, Maven to fetch them with, and room for their files. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EngineUnavailable } from './engine-unavailable.ts';

const run = promisify(execFile);

export type Environment = Readonly<Record<string, string | undefined>>;

/** What an engine written in Java runs on. */
export interface JavaNeed {
  readonly engine: string;
  readonly first: number;
  /** Absent: on any later one. */
  readonly last?: number;
}

/** OpenSearch 2.x needs Java 11, and a security manager, which Java 24 removed (JEP 486). */
export const OPENSEARCH_2: JavaNeed = { engine: 'OpenSearch', first: 11, last: 23 };

/** OpenSearch 3.x has an agent in the place of the security manager (its documentation, "Breaking changes", 3.0.0). */
export const OPENSEARCH_3: JavaNeed = { engine: 'OpenSearch 3', first: 21 };

/**
 * @param installed a directory of Java installations, as Linux distributions have it
 * @returns the path of a `java` that the engine runs on
 * @throws {EngineUnavailable}
 */
export async function findJava(
  environment: Environment,
  installed = '/usr/lib/jvm',
  { engine, first, last = Number.POSITIVE_INFINITY }: JavaNeed = OPENSEARCH_2,
): Promise<string> {
  const { OPENSEARCH_JAVA_HOME, JAVA_HOME } = environment;
  const javaOf = (home: string | undefined): string[] => (home ? [join(home, 'bin', 'java')] : []);
  const candidates = [
    ...javaOf(OPENSEARCH_JAVA_HOME),
    ...javaOf(JAVA_HOME),
    'java',
    ...homesIn(installed).flatMap(javaOf),
  ];
  const unfit = new Set<number>();
  for (const candidate of candidates) {
    const version = await javaVersion(candidate, environment);
    if (version === undefined) continue;
    if (version >= first && version <= last) return candidate;
    unfit.add(version);
  }
  throw new EngineUnavailable(
    engine,
    unfit.size > 0 ? `Java is ${[...unfit].join(' and ')}` : 'there is no Java',
    wayOut(first, last),
  );
}

function wayOut(first: number, last: number): string {
  const one = Math.max(first, 17);
  const range = last === Number.POSITIVE_INFINITY ? `from ${first}` : `from ${first} to ${last}`;
  return `install Java ${one} (Debian: apt-get install openjdk-${one}-jre-headless; macOS: brew install openjdk@${one}) or set JAVA_HOME to a Java ${range}`;
}

function homesIn(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
}

async function javaVersion(java: string, environment: Environment): Promise<number | undefined> {
  try {
    const { stderr, stdout } = await run(java, ['-version'], { env: { ...environment } });
    const [, major] = /version "(\d+)/.exec(stderr + stdout) ?? [];
    return major === undefined ? undefined : Number(major);
  } catch {
    return undefined;
  }
}

/** @throws {EngineUnavailable} */
export async function findMaven(environment: Environment): Promise<string> {
  try {
    await run('mvn', ['--version'], { env: { ...environment } });
    return 'mvn';
  } catch {
    throw new EngineUnavailable(
      'OpenSearch',
      'there is no Maven to fetch it with',
      'install Maven (Debian: apt-get install maven; macOS: brew install maven)',
    );
  }
}

/** Where engines are kept between runs; `fallback` where the user has no home. */
export function engineCache(environment: Environment, fallback: string): string {
  const { XDG_CACHE_HOME, HOME } = environment;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'streamkeeper', 'engines');
  return HOME ? join(HOME, '.cache', 'streamkeeper', 'engines') : fallback;
}
