/** Commands on keys: whether they are there, until when, and all of them. */
import { ANY_ONE, ANY_RUN, type GlobPart, globMatches } from '../../../shared/glob.ts';
import {
  bulk,
  error,
  integer,
  list,
  NOT_AN_INTEGER,
  OK,
  type Reply,
  SYNTAX_ERROR,
  status,
} from '../reply.ts';
import { argument, type Command, type CommandContext, type Commands, MANY, wholeNumber } from './command.ts';

export const keyCommands: Commands = {
  DEL: counting((key, { keys }) => keys.delete(key)),
  UNLINK: counting((key, { keys }) => keys.delete(key)),
  EXISTS: counting((key, { keys }) => keys.get(key) !== undefined),
  EXPIRE: expiring(1000, false),
  PEXPIRE: expiring(1, false),
  EXPIREAT: expiring(1000, true),
  PEXPIREAT: expiring(1, true),
  PERSIST: { least: 1, run: persist },
  TTL: { least: 1, run: (args, context) => remaining(args, context, 1000) },
  PTTL: { least: 1, run: (args, context) => remaining(args, context, 1) },
  TYPE: {
    least: 1,
    run: (args, { keys }) => status(keys.get(argument(args, 0)) === undefined ? 'none' : 'string'),
  },
  KEYS: {
    least: 1,
    run: (args, { keys }) => list(matching(keys.keys(), argument(args, 0)).map(bulk)),
  },
  SCAN: { least: 1, most: MANY, run: scan },
  DBSIZE: { least: 0, run: (_, { keys }) => integer(keys.keys().length) },
  FLUSHALL: { least: 0, most: 1, run: flush },
  FLUSHDB: { least: 0, most: 1, run: flush },
};

function counting(each: (key: Buffer, context: CommandContext) => boolean): Command {
  return {
    least: 1,
    most: MANY,
    run: (names, context) => integer(names.filter((name) => each(name, context)).length),
  };
}

function expiring(unitMs: number, absolute: boolean): Command {
  return {
    least: 2,
    run(args, { keys, clock }) {
      const key = argument(args, 0);
      const value = wholeNumber(args[1]);
      if (value === undefined) return NOT_AN_INTEGER;
      const old = keys.get(key);
      if (old === undefined) return integer(0);
      keys.set(key, old, value * unitMs + (absolute ? 0 : clock.now()));
      return integer(1);
    },
  };
}

function persist(args: readonly Buffer[], { keys }: CommandContext): Reply {
  const key = argument(args, 0);
  const value = keys.get(key);
  if (value === undefined || keys.expiresAtMs(key) === null) return integer(0);
  keys.set(key, value);
  return integer(1);
}

/** -2 where there is no key, -1 where it does not expire (Redis, "PTTL"); seconds are rounded, as Redis does. */
function remaining(args: readonly Buffer[], { keys, clock }: CommandContext, unitMs: number): Reply {
  const expiresAtMs = keys.expiresAtMs(argument(args, 0));
  if (expiresAtMs === undefined) return integer(-2);
  return integer(expiresAtMs === null ? -1 : Math.round((expiresAtMs - clock.now()) / unitMs));
}

/**
 * The cursor is the place of the last key that was looked at, among all keys in the order in which they came: a key that is there
 * throughout keeps its place, so it comes exactly once. COUNT is how many are looked at, by default 10 (Redis, "SCAN").
 */
function scan([cursor, ...words]: readonly Buffer[], { keys }: CommandContext): Reply {
  const from = wholeNumber(cursor);
  if (from === undefined || from < 0) return error('ERR invalid cursor');
  if (words.length % 2 !== 0) return SYNTAX_ERROR;
  let count = 10;
  let pattern: Buffer | undefined;
  for (let index = 0; index < words.length; index += 2) {
    const option = argument(words, index).toString('latin1').toUpperCase();
    const value = argument(words, index + 1);
    if (option === 'MATCH') pattern = value;
    else if (option === 'COUNT') {
      const asked = wholeNumber(value);
      if (asked === undefined) return NOT_AN_INTEGER;
      if (asked < 1) return SYNTAX_ERROR;
      count = asked;
    } else if (option !== 'TYPE') return SYNTAX_ERROR;
  }
  const page = keys.after(from, count);
  const found = pattern === undefined ? page.keys : matching(page.keys, pattern);
  return list([bulk(String(page.last ?? 0)), list(found.map(bulk))]);
}

function flush(_: readonly Buffer[], { keys }: CommandContext): Reply {
  keys.clear();
  return OK;
}

/** Patterns with `*`, `?` and `\` (Redis, "KEYS"); the brackets of a set are taken as they stand. */
function matching(names: readonly Buffer[], pattern: Buffer): Buffer[] {
  const parts = (pattern.toString('latin1').match(/\\?[\s\S]/g) ?? []).map(patternPart);
  return names.filter((name) => globMatches(parts, name.toString('latin1')));
}

function patternPart(text: string): GlobPart {
  if (text === '*') return ANY_RUN;
  return text === '?' ? ANY_ONE : text.slice(-1);
}
