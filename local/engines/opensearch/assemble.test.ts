import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assembleOpenSearch } from './assemble.ts';

let root = '';
let said: string[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'streamkeeper-assemble-'));
  said = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A Maven that unpacks an empty distribution, copies an empty jar, and fails on what `refuses` names. */
async function maven(refuses = 'nothing-at-all'): Promise<void> {
  const script = `#!/bin/sh
for option; do case "$option" in
  *${refuses}*) echo "[INFO] trying"; echo "[ERROR] not to be had"; exit 1;;
  dependency:*) goal=$option;;
  -DoutputDirectory=*) to=\${option#-DoutputDirectory=};;
esac; done
case "$goal" in
  dependency:unpack) mkdir -p "$to/opensearch-2.11.1/modules/transport-netty4" "$to/opensearch-2.11.1/modules/reindex";;
  dependency:copy) mkdir -p "$to" && touch "$to/analysis-common.jar";;
esac
`;
  await writeFile(join(root, 'mvn'), script);
  await chmod(join(root, 'mvn'), 0o755);
}

function assemble(): Promise<string> {
  return assembleOpenSearch({
    version: '2.11.1',
    cacheDirectory: join(root, 'cache'),
    environment: { PATH: [root, process.env['PATH']].join(delimiter) },
    say: (line) => said.push(line),
  });
}

test('the module with the analyzers is in the assembly, with a descriptor of the same version', async () => {
  await maven();
  const home = await assemble();
  const module = join(home, 'modules', 'analysis-common');
  expect(await readdir(module)).toEqual(['analysis-common.jar', 'plugin-descriptor.properties']);
  expect(await readFile(join(module, 'plugin-descriptor.properties'), 'utf8')).toMatch(
    /^opensearch\.version=2\.11\.1$/m,
  );
});

test('modules that are not needed are not started', async () => {
  await maven();
  expect(await readdir(join(await assemble(), 'modules'))).toEqual(['analysis-common', 'transport-netty4']);
});

test('a version is assembled once', async () => {
  await maven();
  await assemble();
  await maven('opensearch');
  await assemble();
  expect(said).toHaveLength(1);
});

test.each(['integ-test-zip', 'analysis-common'])(
  'an assembly that fails at %s leaves nothing behind',
  async (part) => {
    await maven(part);
    await expect(assemble()).rejects.toThrow(/could not fetch .*\[ERROR\] not to be had/);
    expect(await readdir(join(root, 'cache'))).toEqual([]);
  },
);

test('assemblies at the same time end in one', async () => {
  await maven();
  const [first, second] = await Promise.all([assemble(), assemble()]);
  expect(first).toBe(second);
  expect(await readdir(join(root, 'cache'))).toEqual(['opensearch-2.11.1']);
});
