/** What a command of the embedded endpoint is given, and says of itself. */
import type { Clock } from '../../../shared/time/clock.ts';
import type { Keyspace } from '../keyspace.ts';
import type { Reply } from '../reply.ts';

export interface CommandContext {
  readonly keys: Keyspace;
  readonly clock: Clock;
  /** Scripts by their SHA-1, since the endpoint started. */
  readonly scripts: Map<string, string>;
  /** Runs one command with the rules of a script: no scripts within, and no connection to talk about. */
  run(name: string, args: readonly Buffer[]): Reply;
  runScript(text: string, keys: readonly Buffer[], args: readonly Buffer[]): Reply;
}

export interface Command {
  /** How many arguments it takes, without its name. */
  readonly least: number;
  /** @default as many as least */
  readonly most?: number;
  /** @default true */
  readonly inScripts?: boolean;
  run(args: readonly Buffer[], context: CommandContext): Reply;
}

export type Commands = Readonly<Record<string, Command>>;

export const MANY = Number.POSITIVE_INFINITY;

/** The argument at a place that the arity has promised. */
export function argument(args: readonly Buffer[], index: number): Buffer {
  const value = args[index];
  if (value === undefined) throw new RangeError('a command read an argument that its arity does not promise');
  return value;
}

/** A 64-bit integer as Redis reads one; here within what a double counts exactly. */
export function wholeNumber(text: Buffer | undefined): number | undefined {
  const digits = text?.toString('latin1') ?? '';
  const value = Number(digits);
  return /^(0|-?[1-9]\d*)$/.test(digits) && Number.isSafeInteger(value) ? value : undefined;
}
