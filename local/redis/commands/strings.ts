/** Commands on values. */
import { bulk, error, integer, list, NIL, NOT_AN_INTEGER, OK, type Reply, SYNTAX_ERROR } from '../reply.ts';
import { argument, type CommandContext, type Commands, MANY, wholeNumber } from './command.ts';

export const stringCommands: Commands = {
  GET: { least: 1, run: ([key], { keys }) => bulk(key && keys.get(key)) },
  MGET: { least: 1, most: MANY, run: (names, { keys }) => list(names.map((name) => bulk(keys.get(name)))) },
  STRLEN: { least: 1, run: ([key], { keys }) => integer((key && keys.get(key))?.length ?? 0) },
  SET: { least: 2, most: MANY, run: set },
  INCR: { least: 1, run: increment },
};

interface SetOptions {
  expiresAtMs?: number;
  keepTtl?: boolean;
  onlyIf?: 'absent' | 'present';
  answersOld?: boolean;
}

function set(args: readonly Buffer[], { keys, clock }: CommandContext): Reply {
  const [key, value, ...words] = args;
  if (key === undefined || value === undefined) return SYNTAX_ERROR;
  const options = setOptions(words, clock.now());
  if ('kind' in options) return options;
  const old = keys.get(key);
  const skipped = options.onlyIf !== undefined && (options.onlyIf === 'present') !== (old !== undefined);
  if (!skipped) {
    const kept = options.keepTtl === true ? (keys.expiresAtMs(key) ?? undefined) : undefined;
    keys.set(key, value, options.expiresAtMs ?? kept);
  }
  if (options.answersOld === true) return bulk(old);
  return skipped ? NIL : OK;
}

/** Milliseconds per unit, and whether the number is a point in time rather than a length. */
const EXPIRY: Readonly<Record<string, { unitMs: number; absolute: boolean }>> = {
  EX: { unitMs: 1000, absolute: false },
  PX: { unitMs: 1, absolute: false },
  EXAT: { unitMs: 1000, absolute: true },
  PXAT: { unitMs: 1, absolute: true },
};

function setOptions(words: readonly Buffer[], nowMs: number): SetOptions | Reply {
  const options: SetOptions = {};
  for (let index = 0; index < words.length; index++) {
    const word = argument(words, index).toString('latin1').toUpperCase();
    const expiry = EXPIRY[word];
    if (expiry !== undefined) {
      if (options.expiresAtMs !== undefined || options.keepTtl === true) return SYNTAX_ERROR;
      const number = words[++index];
      if (number === undefined) return SYNTAX_ERROR;
      const value = wholeNumber(number);
      if (value === undefined) return NOT_AN_INTEGER;
      if (value <= 0) return error("ERR invalid expire time in 'set' command");
      options.expiresAtMs = value * expiry.unitMs + (expiry.absolute ? 0 : nowMs);
    } else if (word === 'KEEPTTL' && options.expiresAtMs === undefined) options.keepTtl = true;
    else if (word === 'GET') options.answersOld = true;
    else if ((word === 'NX' || word === 'XX') && options.onlyIf === undefined) {
      options.onlyIf = word === 'NX' ? 'absent' : 'present';
    } else return SYNTAX_ERROR;
  }
  return options;
}

function increment([key]: readonly Buffer[], { keys }: CommandContext): Reply {
  if (key === undefined) return SYNTAX_ERROR;
  const old = keys.get(key);
  const value = old === undefined ? 0 : wholeNumber(old);
  if (value === undefined || !Number.isSafeInteger(value + 1)) return NOT_AN_INTEGER;
  keys.set(key, Buffer.from(String(value + 1)), keys.expiresAtMs(key) ?? undefined);
  return integer(value + 1);
}
