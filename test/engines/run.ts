/**
 * `npm run test:engines [-- --opensearch 2.19.1] [vitest's own arguments]`: starts the real engines once, runs the tests that
 * need them, stops them. Exits with the tests' own code, or 2 if an engine cannot be had here.
 *
 * OPENSEARCH_URL names a running OpenSearch to use instead; not one that matters: the tests leave indices and settings there.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type OpenSearchVersion, openSearchVersions } from '../../local/engines/opensearch/assemble.ts';
import { type RunningOpenSearch, startOpenSearch } from '../../local/engines/opensearch/start.ts';
import { lineOf, Problem } from '../../local/problem.ts';
import { systemClock } from '../../shared/time/clock.ts';

const say = (line: string): void => console.error(`test:engines: ${line}`);

function readArguments(): { version: OpenSearchVersion; rest: string[] } {
  const { values, tokens } = parseArgs({
    options: { opensearch: { type: 'string', default: '2.11.1' } },
    strict: false,
    tokens: true,
  });
  const version = openSearchVersions.find((known) => known === values.opensearch);
  if (version === undefined) {
    throw new Problem(`--opensearch: is not a version known here; give ${openSearchVersions.join(' or ')}`);
  }
  const own = tokens.flatMap((token) =>
    token.kind === 'option' && token.name === 'opensearch'
      ? [token.index, ...(token.inlineValue ? [] : [token.index + 1])]
      : [],
  );
  return { version, rest: process.argv.slice(2).filter((_, index) => !own.includes(index)) };
}

async function openSearch(version: OpenSearchVersion): Promise<RunningOpenSearch> {
  const given = process.env['OPENSEARCH_URL'];
  if (given) return { url: given, version, stop: async () => undefined };
  say(`starting OpenSearch ${version}`);
  return startOpenSearch({ clock: systemClock, environment: process.env, version, say });
}

async function runVitest(url: string, rest: readonly string[]): Promise<number> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'engines', ...rest], {
    stdio: 'inherit',
    env: { ...process.env, OPENSEARCH_URL: url },
  });
  // The child has the signal too, and ends first: then the engine is stopped and the code handed on.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

try {
  const { version, rest } = readArguments();
  const engine = await openSearch(version);
  try {
    process.exitCode = await runVitest(engine.url, rest);
  } finally {
    await engine.stop();
  }
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  say(lineOf(error));
  process.exitCode = 2;
}
