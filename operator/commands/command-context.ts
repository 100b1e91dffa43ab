/** What every command is given: its surroundings, so that nothing below the entry point reads or writes the process itself. */
import type { Clock } from '../../shared/time/clock.ts';

/**
 * What the process exits with:
 * - `done`: done, and all of it is settled, or equal;
 * - `failed`: something failed, is left over, or differs;
 * - `wrongSurroundings`: the command or its surroundings are wrong, and nothing was done;
 * - `interrupted`: ended by the user before it was done.
 */
export const EXIT = { done: 0, failed: 1, wrongSurroundings: 2, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface CommandContext {
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  /** The repository's root folder. */
  readonly repository: string;
  /** Results; with `--json` nothing but JSON. What is written to this and `err` steers no terminal: see `harmlessStream`. */
  readonly out: NodeJS.WriteStream;
  /** Progress, questions, warnings. */
  readonly err: NodeJS.WriteStream;
  /** Where answers are typed. */
  readonly input: NodeJS.ReadStream;
  /** Aborts when the user wants the command to end. */
  readonly signal: AbortSignal;
  /** What to exit with when the command ends without an error; `EXIT.done` unless it is called, the last call counts. */
  readonly finish: (code: ExitCode) => void;
}
