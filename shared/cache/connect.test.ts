import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRedisEngine, serveRedis } from '../../local/redis/index.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { connectRedis } from './connect.ts';

const never = new AbortController().signal;
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function embedded() {
  const engine = createRedisEngine({ clock: systemClock });
  let server = await serveRedis(engine, { port: 0 });
  closing.push(() => server.close());
  return {
    url: server.url,
    stop: () => server.close(),
    start: async () => {
      server = await serveRedis(engine, { port: Number(new URL(server.url).port) });
    },
  };
}

/** Takes connections, hands on what comes, and never answers by itself. */
async function silent(onData: (socket: Socket, text: string) => void = () => {}) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => onData(socket, chunk.toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

function connect(url: string, clock: Clock = systemClock, options: object = {}) {
  const redis = connectRedis({ url, clock, ...options });
  closing.push(() => redis.close());
  return redis;
}

describe('a connection to Redis', () => {
  it('begins with TLS where the URL says so, and says nothing in the clear', async () => {
    const first = Promise.withResolvers<string>();
    const url = await silent((socket, text) => {
      first.resolve(text);
      socket.destroy();
    });
    const asking = connect(url.replace('redis:', 'rediss:')).send([['GET', 'a-secret']], never);
    await expect(asking).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    // The content type of a handshake (RFC 8446, section 5.1).
    expect((await first.promise).charCodeAt(0)).toBe(0x16);
    expect(await first.promise).not.toContain('a-secret');
  });

  it('is made by the first command, also when several come first', async () => {
    const redis = connect((await embedded()).url);
    const replies = await Promise.all([
      redis.send([['INCR', 'a']], never),
      redis.send([['INCR', 'a']], never),
    ]);
    expect(replies).toEqual([[1], [2]]);
  });

  it('that cannot be made is unreachable, and is made as soon as the server is there', async () => {
    const server = await embedded();
    await server.stop();
    const redis = connect(server.url);
    await expect(redis.send([['PING']], never)).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    await server.start();
    expect(await redis.send([['PING']], never)).toEqual(['PONG']);
  });

  it('that breaks fails what was sent on it once, and is made again', async () => {
    const server = await embedded();
    const redis = connect(server.url);
    await redis.send([['PING']], never);
    await server.stop();
    await expect(redis.send([['PING']], never)).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    await server.start();
    expect(await redis.send([['PING']], never)).toEqual(['PONG']);
  });

  it('that ends in the middle of the answers fails them all', async () => {
    const url = await silent((socket) => socket.end('+PONG\r\n'));
    const redis = connect(url);
    await expect(redis.send([['PING'], ['PING']], never)).rejects.toMatchObject({
      code: 'REDIS_UNREACHABLE',
    });
  });

  it('that does not answer in time is given up', async () => {
    const clock = new VirtualClock();
    const redis = connect(await silent(), clock, { timeoutMs: 700 });
    const answer = redis.send([['PING']], never);
    await expect(clock.runUntil(answer)).rejects.toMatchObject({ code: 'REDIS_TIMEOUT' });
    expect(clock.now()).toBe(700);
  });

  it('is not waited for beyond an abort', async () => {
    const redis = connect(await silent());
    const controller = new AbortController();
    const answer = redis.send([['PING']], controller.signal);
    const reason = new Error('the invocation ends');
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
  });

  it('carries the user and password that it is given, asked for anew each time it is made', async () => {
    const heard: string[] = [];
    const url = await silent((socket, text) => {
      heard.push(text);
      socket.end();
    });
    let asked = 0;
    const credentials = async () => ({ username: 'app', password: `token-${asked++}` });
    const redis = connect(url, systemClock, { credentials });
    await expect(redis.send([['PING']], never)).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    await expect(redis.send([['PING']], never)).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    const auths = heard.join('').match(/auth\r\n\$3\r\napp\r\n\$7\r\ntoken-\d/gi);
    expect(auths?.map((text) => text.slice(-7))).toEqual(['token-0', 'token-1']);
  });

  it('that is refused its password says so, by the server’s code', async () => {
    const url = await silent((socket) => socket.write('-WRONGPASS invalid username-password pair\r\n'));
    const redis = connect(url, systemClock, { credentials: async () => ({ password: 'wrong' }) });
    const thrown = await redis.send([['PING']], never).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'REDIS_WRONGPASS', cause: undefined });
  });

  it('never shows a value in what it throws', async () => {
    const redis = connect(await silent((socket) => socket.destroy()));
    const thrown = await redis.send([['SET', 'k', 'a secret']], never).catch((error: unknown) => error);
    expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain('secret');
  });

  it.each(['localhost:6379', 'http://localhost', 'redis://user:secret@localhost'])(
    'refuses the URL %s',
    (url) => {
      expect(() => connectRedis({ url, clock: systemClock })).toThrow(/^url: (?!.*secret)/);
    },
  );
});
