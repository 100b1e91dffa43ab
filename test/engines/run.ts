/**
 * `npm run test:engines [-- --opensearch 3.6.0]… [vitest's own arguments]`: sees to it that the engines can be had, and runs the tests
 * that start them, one after the other. Exits with the tests' own code, or 2 if OpenSearch cannot be had here.
 *
 * OPENSEARCH_URL names a running OpenSearch to use instead; not one that matters: the tests leave indices and settings there.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { OpenSearchVersion } from '../../local/engines/opensearch/assemble.ts';
import { prepareOpenSearch } from '../../local/engines/opensearch/start.ts';
import { lineOf, Problem } from '../../local/problem.ts';
import { chosenVersions } from './versions.ts';

const say = (line: string): void => console.error(`test:engines: ${line}`);

function readArguments(): { versions: readonly OpenSearchVersion[]; rest: string[] } {
  const { values, tokens } = parseArgs({
    options: { opensearch: { type: 'string', multiple: true } },
    strict: false,
    tokens: true,
  });
  const own = tokens.flatMap((token) =>
    token.kind === 'option' && token.name === 'opensearch'
      ? [token.index, ...(token.inlineValue ? [] : [token.index + 1])]
      : [],
  );
  const named = values.opensearch as readonly string[] | undefined;
  return {
    versions: chosenVersions(named),
    rest: process.argv.slice(2).filter((_, index) => !own.includes(index)),
  };
}

async function runVitest(versions: readonly string[], rest: readonly string[]): Promise<number> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'engines', ...rest], {
    stdio: 'inherit',
    env: { ...process.env, OPENSEARCH_VERSIONS: versions.join(',') },
  });
  // The child has the signal too, and ends first: then its code is handed on.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

try {
  const { versions, rest } = readArguments();
  if (!process.env['OPENSEARCH_URL'])
    for (const version of versions) await prepareOpenSearch({ version, environment: process.env, say });
  process.exitCode = await runVitest(versions, rest);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  say(lineOf(error));
  process.exitCode = 2;
}
