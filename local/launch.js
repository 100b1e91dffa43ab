/** Starts the local run, whatever Node it is called with. */
import { launch } from '../scripts/launch.js';

await launch('start', () => {
  keepFewArenas();
  return import('./start.ts');
});

/**
 * The C library gives each of many threads a memory pool of its own and hands little of them back: with two for all, the run's
 * peak is some 60 MB lower. It reads that setting at a process's start only, so this process starts again as itself.
 */
function keepFewArenas() {
  if (process.platform !== 'linux' || process.env.MALLOC_ARENA_MAX || !process.execve) return;
  const own = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, own, { ...process.env, MALLOC_ARENA_MAX: '2' });
}
