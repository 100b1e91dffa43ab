/** Starts the local run if this Node can: TypeScript files run without a flag from 22.18 on (Node documentation, "Type stripping"). */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `start: this is Node ${process.versions.node}; the local run needs Node 22.18 or later: install Node 24 from https://nodejs.org and run npm start again\n`,
  );
  process.exitCode = 2;
} else {
  keepFewArenas();
  await import('./start.ts');
}

/**
 * The C library gives each of many threads a memory pool of its own and hands little of them back: with two for all, the run's
 * peak is some 60 MB lower. It reads that setting at a process's start only, so this process starts again as itself.
 */
function keepFewArenas() {
  if (process.platform !== 'linux' || process.env.MALLOC_ARENA_MAX || !process.execve) return;
  const own = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, own, { ...process.env, MALLOC_ARENA_MAX: '2' });
}
