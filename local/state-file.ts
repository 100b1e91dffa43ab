/**
 * Where a local run can be found: a small JSON file that the run writes when it is up and removes when it ends, so that
 * commands in other terminals need no addresses.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { Problem } from './problem.ts';

const stateSchema = z.object({
  version: z.literal(2),
  /** Of the run; a file whose process has gone was left by a crash, and is as good as none. */
  pid: z.number().int().positive(),
  /** ISO 8601. */
  startedAt: z.string(),
  /** `http://host:port`: SES and Lambda endpoints, `/local/token`, `/local/mails`. */
  gatewayUrl: z.url(),
  /** What WebSocket clients connect to. */
  wsUrl: z.url(),
  /** Further endpoints by name, e.g. `dynamodb:<table>`, `sqs`, `s3`, `search`, `redis`. */
  endpoints: z.record(z.string(), z.string()).default({}),
  /** In which clients sign. */
  region: z.string(),
  accountId: z.string(),
  /** The template's stacks, with those of their outputs that mean something on this machine. */
  stacks: z
    .array(z.object({ name: z.string(), outputs: z.record(z.string(), z.string()).readonly() }))
    .readonly(),
});

export type LocalState = z.infer<typeof stateSchema>;

/** @param repository its root folder */
export function stateFileOf(repository: string): string {
  return join(repository, '.streamkeeper/local.json');
}

/** Whole or not at all: a reader never sees half a file. */
export function writeState(file: string, state: Omit<LocalState, 'version'>): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ version: 2, ...state }, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** Leaves the file of another run alone: the latest one is found. */
export function removeState(file: string, pid: number): void {
  if (readFile(file)?.pid === pid) rmSync(file, { force: true });
}

/**
 * @param isRunning whether there is a process with this id
 * @throws Problem when no local run can be found
 */
export function readState(file: string, isRunning: (pid: number) => boolean = processIsRunning): LocalState {
  const state = readFile(file);
  if (state === undefined || !isRunning(state.pid))
    throw new Problem('no local run is up; start one in another terminal with npm start');
  return state;
}

/** Whether `readState` would find one. */
export function runIsUp(file: string, isRunning: (pid: number) => boolean = processIsRunning): boolean {
  const state = readFile(file);
  return state !== undefined && isRunning(state.pid);
}

/** Undefined where there is none, or none that this version wrote. */
function readFile(file: string): LocalState | undefined {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function processIsRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
