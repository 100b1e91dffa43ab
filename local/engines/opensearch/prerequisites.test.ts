import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineCache, findJava, findMaven, OPENSEARCH_3 } from './prerequisites.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'streamkeeper-java-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function java(name: string, version: string): Promise<string> {
  const path = join(root, name, 'bin', 'java');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho 'openjdk version "${version}" 2025-01-01' >&2\n`);
  await chmod(path, 0o755);
  return path;
}

/** No command of this machine is found. */
const bare = () => ({ PATH: join(root, 'none') });

test('the Java of the environment is taken before those that are installed', async () => {
  await java('installed/one', '21.0.2');
  const path = await java('mine', '17.0.15');
  expect(await findJava({ ...bare(), JAVA_HOME: join(root, 'mine') }, join(root, 'installed'))).toBe(path);
});

test('a Java that OpenSearch does not run on is passed over', async () => {
  await java('mine', '25.0.1');
  const path = await java('installed/old', '11.0.4');
  expect(await findJava({ ...bare(), JAVA_HOME: join(root, 'mine') }, join(root, 'installed'))).toBe(path);
});

test('an engine that needs a later Java passes over an older one, and says so where there is no other', async () => {
  const home = join(root, 'installed');
  await java('installed/old', '17.0.15');
  const search = findJava(bare(), home, OPENSEARCH_3);
  await expect(search).rejects.toThrow(
    /OpenSearch 3 cannot run here: Java is 17; install Java 21 .*from 21$/,
  );
  const path = await java('installed/new', '25.0.1');
  expect(await findJava(bare(), home, OPENSEARCH_3)).toBe(path);
});

test('without a fitting Java the error says which there is, and what to install', async () => {
  await java('installed/new', '25.0.1');
  const search = findJava(bare(), join(root, 'installed'));
  await expect(search).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', engine: 'OpenSearch' });
  await expect(search).rejects.toThrow(/Java is 25; install Java 17/);
});

test('without any Java the error says that', async () => {
  await expect(findJava(bare(), join(root, 'installed'))).rejects.toThrow(/there is no Java/);
});

test('without Maven the error says what to install', async () => {
  await expect(findMaven(bare())).rejects.toThrow(/there is no Maven.*install Maven/);
});

test('engines are kept in the user’s cache directory, and without a home in the fallback', () => {
  expect(engineCache({ XDG_CACHE_HOME: '/c', HOME: '/h' }, '/f')).toBe(join('/c', 'streamkeeper', 'engines'));
  expect(engineCache({ HOME: '/h' }, '/f')).toBe(join('/h', '.cache', 'streamkeeper', 'engines'));
  expect(engineCache({}, '/f')).toBe('/f');
});
