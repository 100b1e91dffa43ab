/** `npm run prove`: every law on as many random histories as one has time for, with progress and a report. */
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { report } from '../laws/law.ts';
import { suiteNamed } from '../laws/suites.ts';
import { proveEngines } from './engines.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { type Portion, portions } from './portions.ts';
import { prove } from './prove.ts';
import { keep } from './regressions.ts';

async function lawsOf({ suites, law }: Options): Promise<readonly string[]> {
  const found = await Promise.all(suites.map(suiteNamed));
  const ids = found.flatMap((suite) => suite?.laws.map(({ id }) => id) ?? []);
  if (law === undefined) return ids;
  if (!ids.includes(law)) throw new UsageError(`--law ${law}: expected ${ids.join(', ')}`);
  return [law];
}

async function main(options: Options): Promise<number> {
  const laws = await lawsOf(options);
  const { runs, seed, path, json, workers } = options;
  const all: readonly Portion[] =
    path === undefined ? portions(laws, runs, seed) : laws.map((law) => ({ law, seed, path, runs: 1 }));
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const startedMs = performance.now();
  const elapsedS = () => (performance.now() - startedMs) / 1_000;
  let done = 0;
  if (!json)
    console.log(
      `${laws.length} laws, ${runs} histories each, from seed ${seed}; Ctrl-C ends it with a report`,
    );
  const reports = await prove(all, {
    workers,
    signal: interrupt.signal,
    onPortion: ({ law }, verdict) => {
      done++;
      const leftS = Math.round((elapsedS() / done) * (all.length - done));
      if (!json)
        console.log(
          `${verdict.kind === 'holds' ? '✓' : '✗'} ${done}/${all.length} ${law}, ${verdict.runs} histories, ${Math.round(elapsedS())} s, about ${leftS} s left`,
        );
    },
  });
  const failures: { readonly law: string; readonly file: string; readonly said: string }[] = [];
  for (const { law, broken } of reports)
    for (const one of broken)
      failures.push({
        law,
        file: relative(process.cwd(), await keep(law, one)),
        said: report({ id: law }, one),
      });
  const histories = reports.reduce((sum, one) => sum + one.runs, 0);
  if (json) console.log(JSON.stringify({ seed, histories, seconds: elapsedS(), laws: reports, failures }));
  else {
    for (const { law, runs: times, seconds } of reports)
      console.log(
        `  ${law.padEnd(28)} ${String(times).padStart(7)} histories ${seconds.toFixed(1).padStart(8)} s`,
      );
    for (const { said, file } of failures)
      console.log(`${said}\nKept as ${file}: the unit suite replays it from now on.\n`);
    console.log(
      `${laws.length - failures.length} of ${laws.length} laws hold: ${histories} histories, seed ${seed}, ${Math.round(elapsedS())} s`,
    );
  }
  if (failures.length > 0) return 1;
  return interrupt.signal.aborted ? 130 : 0;
}

try {
  const options = readOptions(process.argv.slice(2), {
    seed: randomInt(2 ** 31),
    workers: availableParallelism(),
  });
  if (options === 'help') console.log(USAGE);
  else if (options.engines) process.exitCode = await proveEngines();
  else process.exitCode = await main(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
