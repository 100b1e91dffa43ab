/** How many files a process may have open: every session is one, in the clients' process and in the gateway's. */
import { readFileSync } from 'node:fs';
import { Problem } from '../../../local/problem.ts';

/** What engines, functions and their connections take besides. */
const BESIDES = 500;

/**
 * @param limit of a process; undefined where it is not told
 * @throws Problem with the command that raises the limit
 */
export function checkOpenFiles(sessions: number, limit: number | undefined = mostOpenFiles()): void {
  const needed = sessions + BESIDES;
  if (limit === undefined || limit >= needed) return;
  throw new Problem(
    `--sessions ${sessions}: this shell lets a process open ${limit} files, and ${needed} are needed; run ulimit -n ${needed} first`,
  );
}

/** `undefined` where it is not told. */
function mostOpenFiles(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const soft = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return soft === undefined || soft === 'unlimited' ? undefined : Number(soft);
}
