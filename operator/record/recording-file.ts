/**
 * The file of a recording: only its user reads it, only whole records are in it, and whatever ends the process, what was written until
 * then can be read. While it is made it is called FILE.part; compressed, it is a row of small gzip files, which is one (RFC 1952, 2.2).
 */
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { lineOf, Problem } from '../../local/problem.ts';
import type { Clock } from '../../shared/time/clock.ts';

export interface RecordingFile {
  /** Takes records; they are in the file a few seconds later. */
  write(records: readonly unknown[]): Promise<void>;
  /** Writes what waits if it has waited long enough. */
  flushIfDue(): Promise<void>;
  /** Writes the rest and gives the file its name; without any record there is no file. @returns bytes */
  finish(): Promise<number>;
  /** Closes it under its name FILE.part, with what is in it. */
  abandon(): Promise<void>;
}

export interface RecordingFileOptions {
  readonly path: string;
  /** Replaces what has the name. Left out: it is never replaced, and nobody is told of `--force`. */
  readonly force?: boolean;
  readonly clock: Clock;
}

const FLUSH_AFTER_MS = 2_000;
const FLUSH_BYTES = 1024 * 1024;

const compress = promisify(gzip);

/** @throws Problem when the name is not of a recording, is taken, or cannot be written */
export async function openRecordingFile({
  path,
  force,
  clock,
}: RecordingFileOptions): Promise<RecordingFile> {
  const isGzip = path.endsWith('.jsonl.gz');
  if (!isGzip && !path.endsWith('.jsonl'))
    throw new Problem('--out: expected a name that ends in .jsonl or .jsonl.gz');
  const insisting = force === undefined ? '' : ', or replace it with --force';
  if (!force && (await exists(path))) throw new Problem(`${path} exists; give another name${insisting}`);
  const part = `${path}.part`;
  const file = await openPart(part, force === true, insisting);
  let waiting: string[] = [];
  let waitingBytes = 0;
  let flushedMs = clock.now();
  let written = 0;

  async function flush(): Promise<void> {
    flushedMs = clock.now();
    if (waiting.length === 0) return;
    const text = Buffer.from(waiting.join(''));
    waiting = [];
    waitingBytes = 0;
    const bytes = isGzip ? await compress(text) : text;
    // All in one write, so that no reader and no crash of this process finds half of it.
    try {
      // On a full disk a write may end before its end; the next says why.
      for (let from = 0; from < bytes.length; ) from += (await file.write(bytes, from)).bytesWritten;
    } catch (error) {
      throw new Problem(`${part} cannot be written (${lineOf(error)}); what is in it can be read`);
    }
    written += bytes.length;
  }

  return {
    async write(records) {
      for (const record of records) {
        const line = `${JSON.stringify(record)}\n`;
        waiting.push(line);
        waitingBytes += line.length;
        if (waitingBytes >= FLUSH_BYTES) await flush();
      }
    },
    async flushIfDue() {
      if (clock.now() - flushedMs >= FLUSH_AFTER_MS) await flush();
    },
    async finish() {
      await flush();
      await file.sync();
      await file.close();
      if (written === 0) await rm(part);
      else await rename(part, path);
      return written;
    },
    async abandon() {
      try {
        await flush();
      } finally {
        await file.close();
        if (written === 0) await rm(part);
      }
    },
  };
}

async function openPart(part: string, force: boolean, insisting: string): Promise<FileHandle> {
  try {
    // Anew, so that the file is this user's alone even where another had it.
    if (force) await rm(part, { force: true });
    return await open(part, 'wx', 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST')
      throw new Problem(
        `${part} exists: a recording into that file is under way, or was cut off; rename it to keep it${insisting}`,
      );
    throw new Problem(
      `${part} cannot be written (${String(code ?? error)}); name a folder that exists and is yours`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
