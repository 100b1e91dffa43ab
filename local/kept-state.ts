/** What a kept folder remembers between two runs beside the engines' data: how far the feed came, and the mappings' checkpoints. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './problem.ts';

export interface KeptState {
  /** By recording that was being written: how many of its changes are. */
  readonly feeds: Readonly<Record<string, number>>;
  /** By mapping UUID and shard: the sequence number up to which every record is done with. */
  readonly checkpoints: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface KeptFolder {
  readonly path: string;
  readonly state: KeptState;
  save(state: KeptState): void;
  /** Another run may use it now. */
  release(): void;
}

const VERSION = 2;

/** @throws Problem when it cannot be used, or is used by another run */
export function openKeptFolder(path: string): KeptFolder {
  const stateFile = join(path, 'state.json');
  const lockFile = join(path, 'lock');
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new Problem(
      `--keep: ${path} cannot be made (${codeOf(error)}); name a folder that this user may write`,
    );
  }
  lock(path, lockFile);
  return {
    path,
    state: readState(stateFile),
    save(state) {
      writeFileSync(`${stateFile}.new`, JSON.stringify({ version: VERSION, ...state }, undefined, 2));
      renameSync(`${stateFile}.new`, stateFile);
    },
    release: () => rmSync(lockFile, { force: true }),
  };
}

function lock(path: string, lockFile: string): void {
  if (existsSync(lockFile)) {
    const owner = Number(readFileSync(lockFile, 'utf8'));
    if (isRunning(owner))
      throw new Problem(`--keep: ${path} is in use by process ${owner}; end it, or name another folder`);
  }
  try {
    writeFileSync(lockFile, String(process.pid));
  } catch (error) {
    throw new Problem(
      `--keep: ${path} cannot be written (${codeOf(error)}); name a folder that this user may write`,
    );
  }
}

function readState(file: string): KeptState {
  if (!existsSync(file)) return { feeds: {}, checkpoints: {} };
  try {
    const { version, ...state } = JSON.parse(readFileSync(file, 'utf8')) as KeptState & { version: number };
    if (version === VERSION) return state;
  } catch {
    // Named below, as any other content that is not ours.
  }
  throw new Problem(`--keep: ${file} was not written by this version; delete the folder or name another one`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
