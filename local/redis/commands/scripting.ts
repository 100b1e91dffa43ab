/** EVAL, EVALSHA and SCRIPT: the same Lua text that real Redis runs. */
import { createHash } from 'node:crypto';
import { bulk, error, integer, list, NOT_AN_INTEGER, OK, type Reply } from '../reply.ts';
import { argument, type CommandContext, type Commands, MANY, wholeNumber } from './command.ts';

export const scriptingCommands: Commands = {
  EVAL: {
    least: 2,
    most: MANY,
    inScripts: false,
    run(args, context) {
      const text = argument(args, 0).toString();
      remember(text, context);
      return evaluate(text, args, context);
    },
  },
  EVALSHA: {
    least: 2,
    most: MANY,
    inScripts: false,
    run(args, context) {
      const text = context.scripts.get(argument(args, 0).toString('latin1').toLowerCase());
      return text === undefined
        ? error('NOSCRIPT No matching script. Please use EVAL.')
        : evaluate(text, args, context);
    },
  },
  SCRIPT: { least: 1, most: MANY, inScripts: false, run: script },
};

function evaluate(text: string, args: readonly Buffer[], context: CommandContext): Reply {
  const count = wholeNumber(args[1]);
  if (count === undefined) return NOT_AN_INTEGER;
  if (count < 0) return error("ERR Number of keys can't be negative");
  if (count > args.length - 2) return error("ERR Number of keys can't be greater than number of args");
  return context.runScript(text, args.slice(2, 2 + count), args.slice(2 + count));
}

function remember(text: string, { scripts }: CommandContext): string {
  const sha = createHash('sha1').update(text).digest('hex');
  scripts.set(sha, text);
  return sha;
}

function script([subcommand, ...args]: readonly Buffer[], context: CommandContext): Reply {
  const name = subcommand?.toString('latin1').toUpperCase();
  if (name === 'LOAD' && args.length === 1) return bulk(remember(argument(args, 0).toString(), context));
  if (name === 'EXISTS' && args.length > 0) {
    return list(
      args.map((sha) => integer(context.scripts.has(sha.toString('latin1').toLowerCase()) ? 1 : 0)),
    );
  }
  if (name === 'FLUSH' && args.length <= 1) {
    context.scripts.clear();
    return OK;
  }
  return error('ERR unknown SCRIPT subcommand; this endpoint knows LOAD, EXISTS, FLUSH');
}
