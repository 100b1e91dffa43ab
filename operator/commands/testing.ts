/** A command's surroundings for tests: what it prints is kept, what it is given is what the test says. */
import { Readable, Writable } from 'node:stream';
import { systemClock } from '../../shared/time/clock.ts';
import { type CommandContext, EXIT, type ExitCode } from './command-context.ts';

export interface TestContext extends CommandContext {
  printed(): string;
  complained(): string;
  exitCode(): ExitCode;
}

/** @param input what is on standard input */
export function testContext(input: string | Uint8Array = ''): TestContext {
  const out = collecting();
  const err = collecting();
  let exitCode: ExitCode = EXIT.done;
  return {
    clock: systemClock,
    environment: {},
    // No local run is up in a folder that does not exist.
    repository: '/nonexistent',
    out: out.stream as NodeJS.WriteStream,
    err: err.stream as NodeJS.WriteStream,
    input: Readable.from([Buffer.from(input)]) as unknown as NodeJS.ReadStream,
    signal: new AbortController().signal,
    finish: (code) => {
      exitCode = code;
    },
    printed: out.text,
    complained: err.text,
    exitCode: () => exitCode,
  };
}

function collecting() {
  const chunks: Buffer[] = [];
  const stream: unknown = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
