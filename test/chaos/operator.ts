/**
 * What an operator does beside and after the faults, with the operator's own command line against the local run: what has forgotten
 * everything is reconciled at once, while writes and faults go on; what the mappings gave up is redriven at the end.
 */
import { Readable, Writable } from 'node:stream';
import { invokeFunction } from '../../operator/redrive/invoke.ts';
import { runCommand } from '../../operator/run-command.ts';
import { openSystem } from '../../operator/system/open-system.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { RedriveReport } from './report.ts';

export interface Operator {
  /** The index is gone with its alias: both are set up again, and every key is reconciled. */
  mendIndex(): void;
  mendCache(): void;
  /** Resolves when all is mended that was to be. */
  mended(): Promise<void>;
  /** How many times, by processor. */
  readonly reconciled: Readonly<Record<string, number>>;
  /** Again and again while it settles something; `leftover`: what it ought to have settled. */
  redrive(): Promise<Omit<RedriveReport, 'givenUp'> & { readonly leftover: readonly string[] }>;
}

export interface OperatorOptions {
  /** The folder whose local run is meant. */
  readonly repository: string;
  readonly clock: Clock;
  /** Aborts when the run is interrupted. */
  readonly signal: AbortSignal;
}

const AGAIN_MS = 1_000;
/** Faults come and go: a command that met one is typed again. */
const MOST_TIMES = 300;
const ROUNDS = 5;

export function startOperator(options: OperatorOptions): Operator {
  const { repository, clock, signal } = options;
  const reconciled: Record<string, number> = {};
  const wanted = new Set<string>();
  /** By processor: one after the other. The system may not come up before the index is mended, and without it nothing else is. */
  const work = new Map<string, Promise<void>>();

  async function untilDone(what: string, act: () => Promise<boolean>): Promise<void> {
    for (let times = 0; !signal.aborted; times++) {
      if (times === MOST_TIMES) throw new Error(`chaos: the operator tried ${MOST_TIMES} times to ${what}`);
      if (await act().catch(() => false)) return;
      await sleep(clock, AGAIN_MS, signal).catch(() => {});
    }
  }

  function mend(processor: string, first: () => Promise<boolean>): void {
    // What is lost while another run over the whole goes on may lie behind it.
    wanted.add(processor);
    const mending = (work.get(processor) ?? Promise.resolve()).then(async () => {
      if (!wanted.delete(processor)) return;
      // It may be lost again before it is mended: each time from the beginning.
      await untilDone(`mend the store of ${processor}`, async () => (await first()) && reconcile(processor));
      reconciled[processor] = (reconciled[processor] ?? 0) + 1;
    });
    mending.catch(() => {});
    work.set(processor, mending);
  }

  async function reconcile(processor: string): Promise<boolean> {
    const words = [
      'reconcile',
      '--local',
      '--processor',
      processor,
      '--whole',
      '--json',
      '--yes',
      '--no-audit',
    ];
    const { out } = await typeCommand(processor === 'products' ? [...words, '--in-place'] : words, options);
    const { finished, counts } = JSON.parse(out) as { finished?: boolean; counts?: Record<string, number> };
    return finished === true && counts?.['failed'] === undefined;
  }

  async function setUpIndex(): Promise<boolean> {
    const system = await openSystem({ environment: {}, repository }, { local: true });
    const name = system.processors.find(({ name: one }) => one === 'products')?.setUpFunctionName;
    if (name === undefined) throw new Error('chaos: the local run has no set-up of the index');
    const { kind } = await invokeFunction(name, '{}', {
      lambda: system.clients.lambda,
      clock,
      random: Math.random,
      signal,
    });
    return kind === 'answered';
  }

  return {
    mendIndex: () => mend('products', setUpIndex),
    mendCache: () => mend('analysis-results', async () => true),
    async mended() {
      await Promise.all(work.values());
    },
    reconciled,
    async redrive() {
      let records = 0;
      let settled = 0;
      for (let round = 1; ; round++) {
        const typed = await typeCommand(
          ['dlq', 'redrive', '--local', '--json', '--yes', '--no-audit'],
          options,
        );
        const report = readReport(typed);
        if (round === 1) records = report.results.length;
        settled += report.results.length - report.left.length;
        const poison = report.left.filter(({ result }) => result === 'unresolvable');
        const left = report.left.filter(({ result }) => result !== 'unresolvable');
        // What could not be looked at just now is unresolvable too, and is not the second time.
        if (signal.aborted || (left.length === 0 && round > 1) || round === ROUNDS) {
          const leftover = left.map(
            ({ processor, key, result, failure }) => `${processor} ${key}: ${result} (${failure?.code})`,
          );
          return { records, settled, poison: poison.length, left: left.length, leftover };
        }
        await sleep(clock, AGAIN_MS, signal).catch(() => {});
      }
    },
  };
}

interface Redriven {
  readonly processor: string;
  readonly key: string | null;
  readonly result: string;
  readonly failure?: { readonly code: string };
}

function readReport({ out, err, exitCode }: Typed): {
  results: readonly Redriven[];
  left: readonly Redriven[];
} {
  try {
    return JSON.parse(out) as { results: readonly Redriven[]; left: readonly Redriven[] };
  } catch {
    throw new Error(`chaos: dlq redrive exited with ${exitCode}: ${err}`);
  }
}

interface Typed {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** @param words after `streamkeeper` */
async function typeCommand(words: readonly string[], options: OperatorOptions): Promise<Typed> {
  const { repository, clock, signal } = options;
  const out = collecting();
  const err = collecting();
  const exitCode = await runCommand(words, {
    clock,
    environment: {},
    repository,
    out: out.stream,
    err: err.stream,
    input: Readable.from([]) as unknown as NodeJS.ReadStream,
    signal,
  });
  return { exitCode, out: out.text(), err: err.text() };
}

function collecting() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => Buffer.concat(chunks).toString(),
  };
}
