/** The embedded cache server without its socket: takes a command's words and answers as Redis does. One command at a time, like Redis. */
import type { Clock } from '../../shared/time/clock.ts';
import type { Command, CommandContext, Commands } from './commands/command.ts';
import { connectionCommands } from './commands/connection.ts';
import { keyCommands } from './commands/keys.ts';
import { scriptingCommands } from './commands/scripting.ts';
import { stringCommands } from './commands/strings.ts';
import { createKeyspace } from './keyspace.ts';
import { createLuaRunner, type LuaRunner } from './lua.ts';
import { error, type Reply, wrongArguments } from './reply.ts';

export interface RedisEngine {
  /** @param words the command's name and its arguments */
  execute(words: readonly Buffer[]): Reply;
}

const commands: Commands = {
  ...connectionCommands,
  ...keyCommands,
  ...stringCommands,
  ...scriptingCommands,
};

export function createRedisEngine({ clock }: { readonly clock: Clock }): RedisEngine {
  let runner: LuaRunner | undefined;
  const context: CommandContext = {
    keys: createKeyspace(clock),
    clock,
    scripts: new Map(),
    run(name, args) {
      const found = find(name);
      if (found.inScripts === false) return error('ERR This Redis command is not allowed from script');
      return carryOut(name, found, args, context);
    },
    runScript(text, keys, args) {
      runner ??= createLuaRunner((name, words) => context.run(name, words));
      return runner.run(text, keys, args);
    },
  };
  return {
    execute([name, ...args]) {
      const text = name?.toString('latin1') ?? '';
      return carryOut(text, find(text), args, context);
    },
  };
}

function carryOut(name: string, command: Command, args: readonly Buffer[], context: CommandContext): Reply {
  if (args.length < command.least || args.length > (command.most ?? command.least))
    return wrongArguments(name);
  return command.run(args, context);
}

function find(name: string): Command {
  const known = name.toUpperCase();
  return (Object.hasOwn(commands, known) ? commands[known] : undefined) ?? unknown(name);
}

/** Answers any arguments, and says what there is instead. */
function unknown(name: string): Command {
  const printable = name.replace(/[^\x20-\x7e]/g, '?').slice(0, 64);
  const known = Object.keys(commands).join(' ');
  return {
    least: 0,
    most: Number.POSITIVE_INFINITY,
    run: () =>
      error(
        `ERR unknown command '${printable}'; this endpoint knows ${known}: run a real redis-server for others`,
      ),
  };
}
