/** What is deployed has no part that makes tokens, nor anything else of the local run. */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bundle } from '../../infra/constructs/bundle.ts';
import { createTokenIssuer, LOCAL_POOL_ID } from '../../local/gateway/token-issuer.ts';
import { systemClock } from '../../shared/time/clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-bundles-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const repository = join(import.meta.dirname, '../..');
/** Every file that a function can begin with. */
const entries = globSync('processors/*/{handler,authorizer,set-up}.ts', { cwd: repository });

test('the functions behind the WebSocket API are among the entries', () => {
  expect(entries).toEqual(
    expect.arrayContaining(['processors/connections/handler.ts', 'processors/connections/authorizer.ts']),
  );
});

test.each(entries)(
  '%s is made of no file of the local run, and knows neither its pool nor its client',
  async (entry) => {
    const target = join(folder, entry.replaceAll('/', '-'));
    bundle(entry, target);
    const { sources } = JSON.parse(readFileSync(join(target, 'index.mjs.map'), 'utf8')) as {
      sources: string[];
    };
    expect(sources.filter((source) => /^(local|test|operator|fixtures)\//.test(source))).toEqual([]);
    const code = readFileSync(join(target, 'index.mjs'), 'utf8');
    const issuer = await createTokenIssuer({ clock: systemClock, newId: () => 'one' });
    for (const secret of [LOCAL_POOL_ID, issuer.clientId]) expect(code.includes(secret)).toBe(false);
  },
);
