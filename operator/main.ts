/** The `streamkeeper` command as a process: its surroundings, what ends it, and its exit code. */
import { join } from 'node:path';
import { systemClock } from '../shared/time/clock.ts';
import { EXIT } from './commands/command-context.ts';
import { runCommand } from './run-command.ts';

const interrupt = new AbortController();
let times = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (++times > 1) process.exit(EXIT.interrupted);
    interrupt.abort();
  });
}
// Whoever reads the output may go first, e.g. `head`.
process.stdout.on('error', () => process.exit(EXIT.done));
process.exitCode = await runCommand(process.argv.slice(2), {
  clock: systemClock,
  environment: process.env,
  repository: join(import.meta.dirname, '..'),
  out: process.stdout,
  err: process.stderr,
  input: process.stdin,
  signal: interrupt.signal,
});
