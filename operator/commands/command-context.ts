/** What every command is given: its surroundings, so that nothing below the entry point reads or writes the process itself. */
import type { Clock } from '../../shared/time/clock.ts';

export interface CommandContext {
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  /** The repository's root folder. */
  readonly repository: string;
  readonly out: NodeJS.WriteStream;
  /** Aborts when the user wants the command to end. */
  readonly signal: AbortSignal;
}
