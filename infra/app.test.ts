/** `npm run synth` as its users meet it: a folder, one line, or one line of what is wrong. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-app-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function synth(...args: string[]) {
  return spawnSync(process.execPath, [join(import.meta.dirname, 'app.ts'), ...args], {
    encoding: 'utf8',
    // Neither an account nor a home: what is not here cannot be asked for.
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
  });
}

/** Every file that a function can begin with: each is deployed. */
const ENTRIES = globSync('processors/*/{handler,authorizer,forget-queries,set-up}.ts', {
  cwd: dirname(import.meta.dirname),
});

/** `processors/<name>/handler.ts` is the function <name>, any other file beside it <name>-<file>. */
const nameOf = (entry: string) =>
  entry
    .replace(/^processors\//, '')
    .replace(/\/handler\.ts$|\.ts$/, '')
    .replace('/', '-');

interface Resource {
  readonly Type: string;
  readonly Metadata?: Record<string, string>;
  readonly Properties: { readonly FunctionName?: string };
}

const linesOf = (text: string) => text.trim().split('\n');

test('without a stage it writes dev, with the bundles of its functions, and says where', {
  timeout: 300_000,
}, () => {
  const out = join(folder, 'out');
  const { status, stdout } = synth('--out', out);
  expect(status).toBe(0);
  expect(linesOf(stdout)).toEqual([expect.stringMatching(/^Stage dev: 5 stacks, 17 tables, .* → .*out \(/)]);
  const bundles = ['ek-bharath', 'marketplace', 'opportunity-analysis'].flatMap((system) => {
    const template = JSON.parse(readFileSync(join(out, `streamkeeper-dev-${system}.template.json`), 'utf8'));
    return Object.values<Resource>(template.Resources)
      .filter((resource) => resource.Type === 'AWS::Lambda::Function')
      .map(({ Metadata: metadata, Properties: { FunctionName: name } }) => {
        const map = join(out, metadata?.['aws:asset:path'] ?? '', 'index.mjs.map');
        const sources: string[] = existsSync(map) ? JSON.parse(readFileSync(map, 'utf8')).sources : [];
        return [name, sources.filter((source) => ENTRIES.includes(source))];
      })
      .filter(([, entries]) => entries?.length !== 0);
  });
  // Each function runs the file that it is named after.
  expect(Object.fromEntries(bundles)).toEqual(
    Object.fromEntries(ENTRIES.map((entry) => [`streamkeeper-dev-${nameOf(entry)}`, [entry]])),
  );
});

test.each([
  ['a stage that does not exist', ['--stage', 'production'], '"production" is not a stage'],
  ['an option that does not exist', ['--region', 'eu-west-1'], "Unknown option '--region'"],
  ['a stray word', ['prod'], "Unexpected argument 'prod'"],
])('%s exits 2 with one line', (_what, args, said) => {
  const { status, stdout, stderr } = synth(...args);
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(linesOf(stderr)).toEqual([expect.stringContaining(said)]);
});

test('--help says what there is', () => {
  const { status, stdout } = synth('--help');
  expect(status).toBe(0);
  for (const option of ['--stage', '--out', '--help']) expect(stdout).toContain(option);
});
