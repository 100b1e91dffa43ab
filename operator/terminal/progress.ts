/** How far a command is: a bar on a terminal, a plain line now and then elsewhere. Always on stderr, so that results stay clean. */
import { SingleBar } from 'cli-progress';
import type { Clock } from '../../shared/time/clock.ts';
import { count, span } from './format.ts';
import { drawable, harmless } from './harmless.ts';

export interface Progress {
  /** `note`: what else there is to say, e.g. `2 failed`. */
  update(done: number, note?: string): void;
  /** Draws the last state, and leaves it. */
  stop(): void;
}

export interface ProgressOptions {
  readonly err: NodeJS.WriteStream;
  readonly clock: Clock;
  /** What is being done, e.g. `redriving`. */
  readonly label: string;
  /** Undefined where it is not known beforehand. */
  readonly total: number | undefined;
}

const PLAIN_EVERY_MS = 5_000;

export function startProgress(options: ProgressOptions): Progress {
  return options.err.isTTY === true && options.total !== undefined
    ? drawnProgress(options, options.total)
    : plainProgress(options);
}

function drawnProgress({ err, label }: ProgressOptions, total: number): Progress {
  const bar = new SingleBar({
    stream: drawable(err),
    format: `${harmless(label)} {bar} {shown} of {whole}{note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    // Whoever interrupts gets the command's own end.
    gracefulExit: false,
  });
  const values = (done: number, note?: string) => ({
    shown: count(done),
    whole: count(total),
    note: note === undefined || note === '' ? '' : ` · ${harmless(note)}`,
  });
  bar.start(total, 0, values(0));
  return {
    update: (done, note) => bar.update(done, values(done, note)),
    stop: () => bar.stop(),
  };
}

function plainProgress({ err, clock, label, total }: ProgressOptions): Progress {
  const startedMs = clock.now();
  let saidMs = startedMs;
  let unsaid: string | undefined;
  const say = (line: string) => {
    err.write(`${harmless(line)}\n`);
    unsaid = undefined;
    saidMs = clock.now();
  };
  return {
    update(done, note) {
      const of = total === undefined ? '' : ` of ${count(total)}`;
      const more = note === undefined || note === '' ? '' : ` · ${note}`;
      const nowMs = clock.now();
      unsaid = `${label}: ${count(done)}${of}${more} (${span(nowMs - startedMs)})`;
      if (nowMs - saidMs >= PLAIN_EVERY_MS) say(unsaid);
    },
    stop() {
      if (unsaid !== undefined) say(unsaid);
    },
  };
}
