/** Bundles are what Lambda can run, the same bytes wherever they are made, and lead back to the sources. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { bundle } from './bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENVIRONMENT = {
  PRODUCTS_TABLE: 'products',
  SEARCH_ENDPOINT: 'http://localhost:1',
  SEARCH_ALIAS: 'products',
  SEARCH_SIGNING: 'none',
  DEAD_LETTER_QUEUE_URL: 'http://localhost:1/letters',
  FAILURE_BUCKET: 'failures',
  AWS_REGION: 'eu-west-1',
};

test.each(['handler', 'set-up'])('products/%s loads without node_modules and exports a handler', (entry) => {
  const target = join(folder, entry);
  bundle(`processors/products/${entry}.ts`, target);
  const module = pathToFileURL(join(target, 'index.mjs')).href;
  const script = `const { handler } = await import('${module}'); console.log(typeof handler); process.exit();`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: target,
    env: ENVIRONMENT,
    encoding: 'utf8',
  });
  expect(printed.trim()).toBe('function');
});

test('the same sources give the same bytes in any folder', () => {
  const bytes = ['one', 'two/deeper'].map((name) => {
    bundle('processors/products/set-up.ts', join(folder, name));
    return ['index.mjs', 'index.mjs.map'].map((file) => readFileSync(join(folder, name, file), 'utf8'));
  });
  expect(bytes[0]).toEqual(bytes[1]);
});

test("the source map names the repository's files, by their place in it, and carries no copies", () => {
  bundle('processors/products/set-up.ts', join(folder, 'map'));
  const map = JSON.parse(readFileSync(join(folder, 'map', 'index.mjs.map'), 'utf8'));
  expect(map.sources).toContain('processors/products/set-up.ts');
  expect(map.sources.filter((source: string) => source.startsWith('/') || source.startsWith('..'))).toEqual(
    [],
  );
  expect(map.sourcesContent).toBeUndefined();
});

test('an entry that does not build says so', () => {
  expect(() => bundle('processors/products/no-such-file.ts', join(folder, 'none'))).toThrow('no-such-file');
});
