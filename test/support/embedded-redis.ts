/** The embedded cache server in this process, on a virtual clock, with what was sent to it and a switch that makes it fail. */
import { createRedisEngine, type Reply as EngineReply, type RedisEngine } from '../../local/redis/index.ts';
import { type Command, type Redis, RedisError, type Reply } from '../../shared/cache/redis.ts';
import type { Clock } from '../../shared/time/clock.ts';

export interface EmbeddedRedis extends Redis {
  readonly engine: RedisEngine;
  readonly sent: Command[];
  /** While set, nothing is answered but this code. */
  failsWith: string | undefined;
  /** Carries out a command at once; text for values, null for none. */
  ask(...command: Command): Reply;
}

export function embeddedRedis(clock: Clock): EmbeddedRedis {
  const engine = createRedisEngine({ clock });
  const sent: Command[] = [];
  return {
    engine,
    sent,
    failsWith: undefined,
    async send(commands, signal) {
      signal.throwIfAborted();
      sent.push(...commands);
      if (this.failsWith !== undefined) throw new RedisError(this.failsWith);
      return commands.map((command) => execute(engine, command));
    },
    ask: (...command) => execute(engine, command),
    close() {},
  };
}

export function execute(engine: RedisEngine, command: Command): Reply {
  return plain(engine.execute(command.map((word) => Buffer.from(word))));
}

function plain(reply: EngineReply): Reply {
  switch (reply.kind) {
    case 'status':
      return reply.text;
    case 'integer':
      return reply.value;
    case 'bulk':
      return reply.value.toString();
    case 'nil':
      return null;
    case 'error':
      return { kind: 'refused', code: reply.text.split(' ')[0] ?? 'ERR' };
    case 'list':
      return reply.elements.map(plain);
  }
}
