/** `npm start`: runs the system on this machine. Reads options and environment, prints one line for what is wrong, sets the exit code. */
import { join } from 'node:path';
import { FixtureError } from '../fixtures/fixture-error.ts';
import { readFixture } from '../fixtures/read.ts';
import { systemClock } from '../shared/time/clock.ts';
import { type RunOptions, readOptions } from './options.ts';
import { lineOf, Problem } from './problem.ts';
import { watchMemory } from './report/memory.ts';
import { stateFileOf } from './state-file.ts';
import { synthesize } from './synthesize.ts';
import { readAssembly } from './template/assembly.ts';

const REPOSITORY = join(import.meta.dirname, '..');

const EXIT = { done: 0, notDone: 1, wrongSurroundings: 2, interrupted: 130 } as const;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  if ('help' in options) {
    process.stdout.write(options.help);
    return EXIT.done;
  }
  const memory = watchMemory();
  const screen = options.json ? process.stderr : process.stdout;
  if (options.feed) await checkFixture(options);
  const interrupt = new AbortController();
  onSignals(() => {
    screen.write('\nending (once more to end at once) …\n');
    interrupt.abort();
  });
  const folder = await synthesize({
    repository: REPOSITORY,
    cacheFolder: join(REPOSITORY, '.streamkeeper/synthesized'),
    stage: options.stage,
    environment: process.env,
  });
  if (interrupt.signal.aborted) return EXIT.interrupted;
  // Loaded only now: what the synthesis needs and what the run needs are never in memory together.
  const { run } = await import('./run.ts');
  const done = await run(options, {
    assembly: readAssembly(folder),
    clock: systemClock,
    memory,
    environment: process.env,
    screen,
    signal: interrupt.signal,
    stateFile: stateFileOf(REPOSITORY),
    printJson: (summary) => process.stdout.write(`${JSON.stringify(summary)}\n`),
  });
  return done ? EXIT.done : EXIT.notDone;
}

/** A fixture that is missing or broken at once is said before anything starts. */
async function checkFixture({ fixture }: RunOptions): Promise<void> {
  if (fixture === undefined) return;
  for await (const _first of readFixture(fixture)) return;
}

function onSignals(interrupt: () => void): void {
  let times = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (++times > 1) process.exit(EXIT.interrupted);
      interrupt();
    });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`start: ${lineOf(error)}\n`);
  process.exitCode =
    error instanceof Problem || error instanceof FixtureError ? EXIT.wrongSurroundings : EXIT.notDone;
}
// Sockets that are kept alive must not keep a finished run alive.
process.exit();
