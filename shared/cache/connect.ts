/**
 * The connection to Redis: made at the first command, made again when it is needed and gone, and never retrying by itself.
 * What was sent on a connection that broke is reported as such: whether to send it again is the caller's decision.
 */
import { Redis as Client } from 'iovalkey';
import type { Clock } from '../time/clock.ts';
import { type Command, type Redis, RedisError, type Refused, type Reply } from './redis.ts';

export interface RedisCredentials {
  /** @default Redis's `default` user */
  readonly username?: string | undefined;
  readonly password: string;
}

export interface RedisOptions {
  /** `redis://host:port`, or `rediss://host:port` for TLS with a certificate that this machine trusts; without credentials. */
  readonly url: string;
  /** Asked for each new connection, so that a token may be short-lived. */
  readonly credentials?: () => Promise<RedisCredentials>;
  readonly clock: Clock;
  /**
   * For one `send`, connecting included. A connection that has not answered by then is given up.
   *
   * @default 5000 — ms
   */
  readonly timeoutMs?: number;
}

/** Of a `send`, unless told otherwise. */
export const REDIS_TIMEOUT_MS = 5_000;

/** @throws {TypeError} when the URL cannot be used; the message does not quote it */
export function connectRedis(options: RedisOptions): Redis {
  const { clock, timeoutMs = REDIS_TIMEOUT_MS } = options;
  const target = readUrl(options.url);
  let current: { readonly client: Client; readonly ready: Promise<void> } | undefined;

  const drop = (client: Client) => {
    if (current?.client === client) current = undefined;
    client.disconnect();
  };

  const open = () => {
    if (current !== undefined && current.client.status !== 'end') return current;
    const client = new Client({
      ...target,
      lazyConnect: true,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: timeoutMs,
      // A frozen execution environment runs no timers: who needs the connection makes it.
      retryStrategy: () => null,
    });
    let cause: unknown;
    client.on('error', (error) => {
      cause = error;
    });
    const ready = connect(client, options.credentials).catch((error: unknown) => {
      drop(client);
      const refused = refusal(error);
      // A refusal carries the command, and with it the password: only its code goes on.
      throw refused === undefined
        ? new RedisError('REDIS_UNREACHABLE', cause ?? error)
        : new RedisError(`REDIS_${refused.code}`);
    });
    current = { client, ready };
    return current;
  };

  return {
    async send(commands, signal) {
      signal.throwIfAborted();
      const { client, ready } = open();
      const answered = ready.then(() => sendAll(client, commands, drop));
      return within(answered, { clock, timeoutMs, signal, onTimeout: () => drop(client) });
    },
    close() {
      if (current !== undefined) drop(current.client);
    },
  };
}

interface Bound {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  onTimeout(): void;
}

/** An abort ends the wait alone: others may be waiting on the same connection. */
function within<T>(answered: Promise<T>, { clock, timeoutMs, signal, onTimeout }: Bound): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => end(() => reject(signal.reason));
    const cancel = clock.after(timeoutMs, () => {
      onTimeout();
      end(() => reject(new RedisError('REDIS_TIMEOUT')));
    });
    const end = (settle: () => void) => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    answered.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}

/** Says who we are before anything else is sent, so that a refused password is known as such. */
async function connect(client: Client, credentials: RedisOptions['credentials']): Promise<void> {
  const who = await credentials?.();
  await client.connect();
  if (who === undefined) return;
  await client.call('AUTH', ...(who.username === undefined ? [] : [who.username]), who.password);
}

async function sendAll(
  client: Client,
  commands: readonly Command[],
  drop: (client: Client) => void,
): Promise<readonly Reply[]> {
  const settled = await Promise.allSettled(
    commands.map(([name, ...args]) => client.call(name, ...args) as Promise<Reply>),
  );
  return settled.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    const refused = refusal(result.reason);
    if (refused !== undefined) return refused;
    drop(client);
    // Without its cause: the client's error carries the command, and with it the value.
    throw new RedisError('REDIS_UNREACHABLE');
  });
}

/** "-CODE text": the code is the first word, and is a name; the rest is never read. */
const CODE = /^[A-Z]{2,30}(?= )/;

function refusal(error: unknown): Refused | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  return { kind: 'refused', code: CODE.exec(error.message)?.[0] ?? 'ERR' };
}

function readUrl(text: string) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new TypeError('url: is no Redis URL; give redis://host:port, or rediss://host:port for TLS');
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(
      'url: holds a user name or password; leave them out, they have settings of their own',
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}
