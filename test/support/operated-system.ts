/**
 * A local run and somebody who types commands at it, in one process: what is typed is what the shipped command line is given, and
 * dead letters of every form wait in its queues. Its state is in a folder of its own, so that runs of other tests are not found.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { readOptions } from '../../local/options.ts';
import { run } from '../../local/run.ts';
import { stateFileOf } from '../../local/state-file.ts';
import { synthesize } from '../../local/synthesize.ts';
import { readAssembly } from '../../local/template/assembly.ts';
import type { ExitCode } from '../../operator/commands/command-context.ts';
import { runCommand } from '../../operator/run-command.ts';
import { openSystem } from '../../operator/system/open-system.ts';
import type { System } from '../../operator/system/system.ts';
import { type Clock, systemClock } from '../../shared/time/clock.ts';
import { fillQueues } from './fill-queues.ts';
import { until } from './until.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** What a synthesis reads, and what it has made before. */
const SYNTHESIS = [
  'infra',
  'processors',
  'shared',
  'node_modules',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
];

export interface Typed {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface OperatedSystem {
  readonly system: System;
  /** At a terminal, by somebody who types the stage's name whenever it is asked for. @param words after `streamkeeper` */
  type(words: readonly string[]): Promise<Typed>;
  /** Products p1 and p2, a bid on p1, and letters of every form and age; by the functions where they make them. @returns a pointer's text */
  fill(): Promise<string>;
  stop(): Promise<void>;
}

/** Linux x64 only, as the embedded DynamoDB is. */
export async function startOperatedSystem(): Promise<OperatedSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-operated-'));
  const made = join(REPOSITORY, '.streamkeeper/synthesized');
  mkdirSync(made, { recursive: true });
  mkdirSync(join(folder, '.streamkeeper'));
  symlinkSync(made, join(folder, '.streamkeeper/synthesized'));
  for (const name of SYNTHESIS) symlinkSync(join(REPOSITORY, name), join(folder, name));

  const ending = new AbortController();
  const screen = collecting();
  const assembly = await synthesize({
    repository: REPOSITORY,
    cacheFolder: made,
    stage: 'dev',
    environment: process.env,
  });
  const options = readOptions(['--no-feed'], {});
  if ('help' in options) throw new Error('no options');
  const running = run(options, {
    assembly: readAssembly(assembly),
    clock: systemClock,
    memory: { peakMb: () => 0, sample() {}, stop() {} },
    environment: process.env,
    screen: screen.stream as unknown as NodeJS.WriteStream,
    signal: ending.signal,
    stateFile: stateFileOf(folder),
    printJson: () => {},
  });
  await Promise.race([
    until(() => screen.text().includes('Ctrl-C ends everything')),
    running.then((): never => {
      throw new Error(`the run has ended: ${screen.text()}`);
    }),
  ]);
  const system = await openSystem({ environment: {}, repository: folder }, { local: true });
  let filled = 0;
  return {
    system,
    type: (words) => typeCommand(words, folder),
    fill: () => fillQueues(system, `${filled++}`),
    async stop() {
      ending.abort();
      await running;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function typeCommand(words: readonly string[], repository: string): Promise<Typed> {
  const out = collecting();
  const err = collecting();
  const exitCode = await runCommand(words, {
    clock: hasty,
    environment: {},
    repository,
    out: out.stream as unknown as NodeJS.WriteStream,
    err: Object.assign(err.stream, { isTTY: true }) as unknown as NodeJS.WriteStream,
    input: Object.assign(Readable.from(['local\n']), { isTTY: true }) as unknown as NodeJS.ReadStream,
    signal: new AbortController().signal,
  });
  return { exitCode, out: out.text(), err: err.text() };
}

/** Between two looks nothing happens here that needs seconds; what keeps letters hidden stays as seldom as it is. */
const LONGEST_WAIT_MS = 30_000;
const hasty: Clock = {
  now: systemClock.now,
  after: (ms, fn) => systemClock.after(ms <= LONGEST_WAIT_MS ? Math.min(ms, 20) : ms, fn),
};

function collecting() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
