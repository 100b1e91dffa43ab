/**
 * Starts what is written in TypeScript, which Node runs without a flag from 22.18 on (Node documentation, "Type stripping"): in this
 * process if it is such a Node, else in the one among the dependencies. Plain JavaScript, so that any Node gets this far.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * @param {string} name what messages begin with
 * @param {() => unknown} start called in a process that runs TypeScript
 */
export async function launch(name, start) {
  if (runsTypeScript(process.versions.node)) {
    await start();
    return;
  }
  const node = nodeAmongDependencies();
  if (node === undefined) {
    process.stderr.write(
      `${name}: this is Node ${process.versions.node}, and ${name} needs Node 22.18 or later: install Node 24 from https://nodejs.org and run it again\n`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
  // A terminal signals both processes; whatever else signals this one means the other.
  const isTold = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) {
    process.on(signal, () => {
      if (signal === 'SIGTERM' || !isTold) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`${name}: ${node} does not start: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    // As shells report a process that a signal has ended.
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}

/** @param {string} version e.g. `24.21.0` */
function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** The package `node-<platform>-<architecture>` is that Node and nothing else. */
function nodeAmongDependencies() {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `node-${process.platform}-${process.arch}/package.json`,
    );
    const node = join(dirname(manifest), 'bin/node');
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}
