/** The embedded cache server behind the port that the shipped code speaks, with a fate for each request; a dead process hears nothing more. */
import type { RedisEngine } from '../../../local/redis/index.ts';
import { type Command, type Redis, RedisError, type Reply } from '../../../shared/cache/redis.ts';
import type { Clock } from '../../../shared/time/clock.ts';
import { execute } from '../../support/embedded-redis.ts';
import type { Fate } from './history.ts';

export interface RedisWire {
  readonly clock: Clock;
  readonly engine: RedisEngine;
  /** Called for each request as it is sent. */
  fate(): Fate;
  /** False once the process that holds the connection has died. */
  alive(): boolean;
  latencyMs(): number;
}

/** The shipped connection's own time-out, and a landing long after it. */
const TIMEOUT_MS = 5_000;
const LATE_MS = 24_000;

export function faultyRedis(wire: RedisWire): Redis {
  return {
    send(commands, signal) {
      signal.throwIfAborted();
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => wire.alive() && reject(signal.reason), { once: true });
        const answer = (replies: readonly Reply[]) => wire.alive() && resolve(replies);
        const fail = (code: string) => wire.alive() && reject(new RedisError(code));
        start(wire, commands, answer, fail);
      });
    },
    close() {},
  };
}

function start(
  { clock, engine, fate: nextFate, latencyMs }: RedisWire,
  commands: readonly Command[],
  answer: (replies: readonly Reply[]) => void,
  fail: (code: string) => void,
): void {
  const run = (some = commands) => some.map((command) => execute(engine, command));
  const fate = nextFate();
  clock.after(latencyMs(), () => {
    switch (fate) {
      case 'ok':
        return answer(run());
      case 'reset-before':
        return fail('REDIS_UNREACHABLE');
      case 'reset-between':
        run(commands.slice(0, Math.ceil(commands.length / 2)));
        return fail('REDIS_UNREACHABLE');
      case 'reset-after':
        run();
        return fail('REDIS_UNREACHABLE');
      case 'late-landing':
        clock.after(LATE_MS, () => run());
        clock.after(TIMEOUT_MS, () => fail('REDIS_TIMEOUT'));
        return;
      case 'lost':
        clock.after(TIMEOUT_MS, () => fail('REDIS_TIMEOUT'));
        return;
      case 'refused':
        return answer(
          commands.map((command, index) => ({ kind: 'refused', code: refusalOf(command, index) })),
        );
      case 'script-forgotten':
        execute(engine, ['SCRIPT', 'FLUSH']);
        return answer(run());
    }
  });
}

/** What a server says that is full, starting, a replica now, elsewhere, at work on a script, or that no longer knows us. */
const REFUSALS = ['OOM', 'LOADING', 'READONLY', 'MOVED', 'BUSY', 'NOAUTH', 'NOPERM', 'MASTERDOWN'];

function refusalOf(command: Command, index: number): string {
  return REFUSALS[(command.join().length + index) % REFUSALS.length] ?? 'ERR';
}
