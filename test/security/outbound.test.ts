/** Functions speak to what their settings name and to AWS's own services: no value of a record becomes an address. */
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Where an address is taken, and each is given one from the environment. */
const CONNECTING = ['shared/cache/connect.ts', 'shared/search/client.ts'];

async function filesWith(what: RegExp): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob('{processors,shared}/**/*.ts', { cwd: ROOT })) {
    if (/(?:\.test|\/testing)\.ts$/.test(file)) continue;
    if (what.test(readFileSync(join(ROOT, file), 'utf8'))) found.push(file);
  }
  return found.sort();
}

test('search engine and cache are reached by their settings, and functions fetch nothing else', async () => {
  expect(await filesWith(/\bnew (?:Client|Redis|Valkey)\(/)).toEqual(CONNECTING);
  expect(await filesWith(/\bfetch\(|from 'node:(?:http|https|net|tls|dgram)'/)).toEqual([]);
});
