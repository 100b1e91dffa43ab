/** What `npm run chaos` is asked for. */
import { parseArgs } from 'node:util';

export interface Options {
  /** How long faults are injected; draining and checks come after. */
  readonly minutes: number;
  readonly seed: number;
  /** Changes a second, of each stream. */
  readonly rate: number;
  readonly json: boolean;
}

export const USAGE = `npm run chaos -- [--minutes N] [--seed N] [--rate N] [--json]

Runs the system on this machine under a steady load, kills, pauses, slows, cuts and fills its parts at random, lets it come to rest,
redrives its dead letters, and holds index, cache, ratings, inboxes and mails against the tables.

  --minutes  how long, e.g. 0.7 or 30; then come draining and checks   (default 2)
  --seed     the same seed gives the same faults at the same moments   (default a random one, which is printed)
  --rate     changes a second that are written to each of five streams (default 20)
  --json     the report as JSON, and nothing else

Ctrl-C ends it with a report of what was done. Linux x64 only, as the embedded DynamoDB is.
Exit codes: 0 everything equals the tables, 1 something does not, 2 the command or its surroundings are wrong, 130 interrupted.`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const MOST = { minutes: 24 * 60, seed: 2 ** 31 - 1, rate: 500 };

/** @throws {UsageError} naming the option and the way out */
export function readOptions(args: readonly string[], seed: number): Options | 'help' {
  const values = parsed(args);
  if (values.help) return 'help';
  const minutes = number('--minutes', values.minutes, 2, { above: 0, most: MOST.minutes });
  return {
    minutes,
    seed: whole('--seed', number('--seed', values.seed, seed, { above: -1, most: MOST.seed })),
    rate: number('--rate', values.rate, 20, { above: 0, most: MOST.rate }),
    json: values.json ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string' },
        rate: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function number(
  name: string,
  text: string | undefined,
  otherwise: number,
  { above, most }: { readonly above: number; readonly most: number },
): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() === '' || !(value > above && value <= most))
    throw new UsageError(`${name} ${text}: expected a number above ${above} and up to ${most}`);
  return value;
}

function whole(name: string, value: number): number {
  if (!Number.isInteger(value)) throw new UsageError(`${name} ${value}: expected a whole number`);
  return value;
}
