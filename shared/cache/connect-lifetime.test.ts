/** How long a connection is used: one that hung, broke or answered nonsense is given up at once, every other is kept. */
import { getEventListeners, once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { connectRedis, type RedisCredentials } from './connect.ts';

const never = new AbortController().signal;
const PING = [['PING']] as const;
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** @param answer what the nth connection, from 1, is told at each command; nothing: it is left waiting */
async function server(
  answer: (connection: number) => string | undefined,
  credentials?: () => Promise<RedisCredentials>,
) {
  const sockets: Socket[] = [];
  const heard = Promise.withResolvers<void>();
  const listening = createServer((socket) => {
    const connection = sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      heard.resolve();
      const text = answer(connection);
      if (text !== undefined) socket.write(text);
    });
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => listening.close(resolve));
  });
  const address = listening.address();
  const url = `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const clock = new VirtualClock();
  const redis = connectRedis({ url, clock, ...(credentials === undefined ? {} : { credentials }) });
  closing.push(() => redis.close());
  return { sockets, redis, clock, heard: heard.promise };
}

const PONG = '+PONG\r\n';

it('one that did not answer within five seconds is closed, and the next command has a new one, which stays', async () => {
  const { sockets, redis, clock, heard } = await server((connection) =>
    connection === 1 ? undefined : PONG,
  );
  const hung = redis.send(PING, never);
  await heard;
  await expect(clock.runUntil(hung)).rejects.toMatchObject({ code: 'REDIS_TIMEOUT' });
  expect(clock.now()).toBe(5_000);
  expect(await redis.send(PING, never)).toEqual(['PONG']);
  const [first] = sockets;
  if (first?.closed === false) await once(first, 'close');
  // What was sent on the one that was given up has failed by now: that takes nothing from the one after it.
  await setImmediate();
  expect(await redis.send(PING, never)).toEqual(['PONG']);
  expect(sockets).toHaveLength(2);
});

it('one that answered in time is kept, however much later it is used again', async () => {
  const { sockets, redis, clock } = await server(() => PONG);
  await redis.send(PING, never);
  await clock.advance(60_000);
  expect(await redis.send(PING, never)).toEqual(['PONG']);
  expect(sockets).toHaveLength(1);
});

it('one that ended while nobody used it fails nothing: the next command has a new one', async () => {
  const { sockets, redis } = await server(() => PONG);
  await redis.send(PING, never);
  const [first] = sockets;
  first?.end();
  if (first?.closed === false) await once(first, 'close');
  await setImmediate();
  expect(await redis.send(PING, never)).toEqual(['PONG']);
  expect(sockets).toHaveLength(2);
});

it('one that answers what no Redis says is given up at once', async () => {
  const { redis } = await server((connection) =>
    connection === 1 ? 'HTTP/1.1 400 Bad Request\r\n\r\n' : PONG,
  );
  await expect(redis.send(PING, never)).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
  expect(await redis.send(PING, never)).toEqual(['PONG']);
});

it('one that a command was aborted on goes on for the others, and for the next', async () => {
  let text: string | undefined;
  const { sockets, redis, heard } = await server(() => text);
  const ends = new AbortController();
  const [aborted, other] = [redis.send(PING, ends.signal), redis.send(PING, never)];
  await heard;
  ends.abort(new Error('the invocation ends'));
  await expect(aborted).rejects.toThrow('the invocation ends');
  text = PONG;
  sockets[0]?.write(PONG + PONG);
  expect(await other).toEqual(['PONG']);
  expect(await redis.send(PING, never)).toEqual(['PONG']);
  expect(sockets).toHaveLength(1);
});

it('one that could not say who it is is made again by the next command, with credentials asked for anew', async () => {
  const answers = ['-WRONGPASS invalid username-password pair\r\n', '+OK\r\n'];
  let asked = 0;
  const credentials = async () => {
    if (asked++ === 0) throw new Error('the role is not there yet');
    return { password: 'token' };
  };
  const { redis } = await server(() => answers.shift() ?? PONG, credentials);
  await expect(redis.send(PING, never)).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
  await expect(redis.send(PING, never)).rejects.toMatchObject({ code: 'REDIS_WRONGPASS' });
  expect(await redis.send(PING, never)).toEqual(['PONG']);
  expect(asked).toBe(3);
});

it('is not used for a signal that has aborted', async () => {
  const { redis } = await server(() => PONG);
  await expect(redis.send(PING, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
});

it('is listened for on a signal no longer than for its command: the signal lives as long as its invocation', async () => {
  const { redis } = await server(() => PONG);
  const { signal } = new AbortController();
  await redis.send(PING, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('ends when it is closed', async () => {
  const { sockets, redis } = await server(() => PONG);
  await redis.send(PING, never);
  redis.close();
  const [first] = sockets;
  if (first?.closed === false) await once(first, 'close');
  expect(first?.closed).toBe(true);
});
