/** Checks laws on many random histories in several processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Broken, Verdict } from '../laws/law.ts';
import type { Portion } from './portions.ts';

export interface LawReport {
  readonly law: string;
  /** Histories that were run. */
  readonly runs: number;
  readonly seeds: readonly number[];
  /** Of all its processes together. */
  readonly seconds: number;
  readonly broken: readonly Broken[];
}

export interface Proving {
  readonly workers: number;
  readonly signal: AbortSignal;
  /** After each portion. */
  readonly onPortion: (portion: Portion, verdict: Verdict) => void;
}

/** A law that is broken is not tried again. @returns a report for each law, in order; of what was done by then if the signal aborts */
export async function prove(
  all: readonly Portion[],
  { workers, signal, onPortion }: Proving,
): Promise<readonly LawReport[]> {
  const reports = new Map<string, LawReport>(
    all.map(({ law }) => [law, { law, runs: 0, seeds: [], seconds: 0, broken: [] }]),
  );
  const waiting = [...all];
  const next = () => {
    const index = waiting.findIndex(({ law }) => reports.get(law)?.broken.length === 0);
    return index < 0 || signal.aborted ? undefined : waiting.splice(index, 1)[0];
  };
  const lane = async () => {
    const child = fork(join(import.meta.dirname, 'worker.ts'));
    const stop = () => child.kill('SIGKILL');
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (let portion = next(); portion !== undefined; portion = next()) {
        const startedMs = performance.now();
        const verdict = await asked(child, portion);
        if (verdict === 'interrupted') return;
        const before = reports.get(portion.law);
        reports.set(portion.law, {
          law: portion.law,
          runs: (before?.runs ?? 0) + verdict.runs,
          seeds: [...(before?.seeds ?? []), portion.seed],
          seconds: (before?.seconds ?? 0) + (performance.now() - startedMs) / 1_000,
          broken: [...(before?.broken ?? []), ...(verdict.kind === 'broken' ? [verdict] : [])],
        });
        onPortion(portion, verdict);
      }
    } finally {
      signal.removeEventListener('abort', stop);
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, all.length) }, lane));
  return [...reports.values()];
}

/** @throws {Error} when the process ends without an answer and nobody ended it: out of memory, most likely */
function asked(child: ChildProcess, portion: Portion): Promise<Verdict | 'interrupted'> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, by: string | null) =>
      by === 'SIGKILL'
        ? resolve('interrupted')
        : reject(new Error(`the process on ${portion.law}, seed ${portion.seed}, ended (${code ?? by})`));
    child.once('exit', onExit);
    child.once('message', (answer: { readonly verdict: Verdict } | { readonly error: string }) => {
      child.removeListener('exit', onExit);
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer.verdict);
    });
    child.send(portion);
  });
}
