/** A remembered bundle is taken while its sources are the same, and never after. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleCache } from './bundle-cache.ts';

let root: string;
let made: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'streamkeeper-cache-'));
  made = 0;
  for (const file of ['a.ts', 'b.ts', 'lock']) writeFileSync(join(root, file), file);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** As the next synthesis does it: with a cache of its own over the same folder. */
function take(key = 'entry'): string {
  const cache = bundleCache(join(root, 'cache'), root, ['lock']);
  const files = cache.take(key, () => {
    made++;
    return { files: [{ name: 'index.mjs', text: `bundle ${made}` }], inputs: ['a.ts', 'b.ts'] };
  });
  return files.map(({ text }) => text).join();
}

test('the same sources are bundled once', () => {
  expect([take(), take(), take()]).toEqual(['bundle 1', 'bundle 1', 'bundle 1']);
});

test.each(['a.ts', 'b.ts', 'lock'])('a change of %s makes the bundle anew', (file) => {
  take();
  writeFileSync(join(root, file), 'changed');
  expect([take(), take()]).toEqual(['bundle 2', 'bundle 2']);
});

test('a source that is gone makes the bundle anew', () => {
  take();
  rmSync(join(root, 'b.ts'));
  expect(take()).toBe('bundle 2');
});

test('another entry, or another way to bundle it, is another bundle', () => {
  expect([take('one'), take('two'), take('one')]).toEqual(['bundle 1', 'bundle 2', 'bundle 1']);
});

test('what was cut off while it was written is not taken', () => {
  take();
  const [file = ''] = readdirSync(join(root, 'cache'));
  writeFileSync(join(root, 'cache', file), '{"inputs":');
  expect(take()).toBe('bundle 2');
});
