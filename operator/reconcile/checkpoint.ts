/** Where a run over a table is kept, so that it can be resumed after it was killed: row keys, counts and left keys; nothing else of an item. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { RowKey } from './scan.ts';
import type { Tally } from './tally.ts';

/** One pass over a table. */
export interface Pass {
  /** What it is for; a run of another purpose, or on another index, does not go on with it. */
  readonly purpose: string;
  /** Per segment: `null` before its first page, the last row that was dealt with, `done` after its last. */
  readonly positions: (RowKey | null | 'done')[];
  readonly tally: Tally;
}

export interface Checkpoint {
  /** Undefined where none is kept, or none that this version wrote. */
  read(): Pass | undefined;
  write(pass: Pass): void;
  remove(): void;
}

const VERSION = 1;

export function checkpointFile(repository: string, stage: string, processor: string): string {
  return join(repository, '.streamkeeper', 'reconcile', `${stage}-${processor}.json`);
}

export function fileCheckpoint(file: string): Checkpoint {
  return {
    read() {
      try {
        return passIn(readFileSync(file, 'utf8'));
      } catch {
        return undefined;
      }
    },
    write(pass) {
      mkdirSync(dirname(file), { recursive: true });
      // Whole or not at all: a kill in between leaves the one before.
      writeFileSync(`${file}.new`, JSON.stringify({ version: VERSION, ...pass }), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    remove: () => rmSync(file, { force: true }),
  };
}

const keptPass = z.object({
  version: z.literal(VERSION),
  purpose: z.string(),
  positions: z
    .array(z.union([z.null(), z.literal('done'), z.record(z.string(), z.object({}).loose())]))
    .min(1),
  tally: z.object({
    counts: z.record(z.string(), z.int().nonnegative()),
    left: z.array(z.object({ key: z.string(), result: z.string() }).loose()),
  }),
});

/** @returns undefined for what is no pass of this version: then the run begins anew, which is harmless */
export function passIn(text: string): Pass | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = keptPass.safeParse(value);
  if (!parsed.success) return undefined;
  const { version: _, ...pass } = parsed.data;
  return pass as Pass;
}

export function memoryCheckpoint(): Checkpoint {
  let kept: string | undefined;
  return {
    read: () => (kept === undefined ? undefined : (JSON.parse(kept) as Pass)),
    write(pass) {
      kept = JSON.stringify(pass);
    },
    remove() {
      kept = undefined;
    },
  };
}
