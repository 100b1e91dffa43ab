/** What this project needs of Redis: many commands sent at once, each with its own answer, within a bound of time. */

export type Command = readonly [name: string, ...args: string[]];

export type Reply = string | number | null | Refused | readonly Reply[];

/** The server refuses one command, and carries out the others. */
export interface Refused {
  readonly kind: 'refused';
  /** The first word of the refusal, which is its code (Redis, "RESP protocol: Simple errors"); its text may quote values. */
  readonly code: string;
}

export interface Redis {
  /**
   * Sends all commands before it waits for the first answer, and answers in their order.
   *
   * @throws {RedisError} when there is no connection, it breaks, or no answer comes in time: then each command may have been carried out or not
   */
  send(commands: readonly Command[], signal: AbortSignal): Promise<readonly Reply[]>;
  close(): void;
}

/**
 * - `REDIS_UNREACHABLE`: no connection, or it broke. Is it there, do its security groups admit the function, is `rediss:` right?
 * - `REDIS_TIMEOUT`: no answer in time; the connection is given up.
 * - `REDIS_<CODE>`: the server's own code, e.g. `REDIS_NOAUTH`, `REDIS_WRONGPASS`, `REDIS_OOM`, `REDIS_READONLY`, `REDIS_LOADING`.
 */
export class RedisError extends Error {
  override readonly name = 'RedisError';
  readonly code: string;
  constructor(code: string, cause?: unknown) {
    super(code, { cause });
    this.code = code;
  }
}

export function isRefused(reply: Reply | undefined): reply is Refused {
  return typeof reply === 'object' && reply !== null && 'kind' in reply;
}

/** @throws {RedisError} when the reply is a refusal */
export function accepted(reply: Reply | undefined): Exclude<Reply, Refused> {
  if (reply === undefined) throw new RedisError('REDIS_NO_ANSWER');
  if (isRefused(reply)) throw new RedisError(`REDIS_${reply.code}`);
  return reply;
}
