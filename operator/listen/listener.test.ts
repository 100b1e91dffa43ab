/** Listening on a virtual clock, over sockets that the test opens, feeds and ends. */
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { type ListenEvent, listen, PING, type Socket } from './listener.ts';

class TestSocket implements Socket {
  readonly sent: string[] = [];
  readonly #listeners = new Map<string, ((event: never) => void)[]>();
  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }
  emit(type: string, event: object = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(code = 1005): void {
    this.emit('close', { code, reason: '' });
  }
}

function listening(token = async () => 'a.b.c') {
  const clock = new VirtualClock();
  const sockets: { socket: TestSocket; url: string; protocols: string[]; atMs: number }[] = [];
  const events: ListenEvent[] = [];
  const end = new AbortController();
  const done = listen('ws://host/dev', {
    clock,
    random: () => 0,
    signal: end.signal,
    token,
    openSocket(url, protocols) {
      const socket = new TestSocket();
      sockets.push({ socket, url, protocols, atMs: clock.now() });
      return socket;
    },
    onEvent: (event) => events.push(event),
  });
  const latest = () => sockets.at(-1)?.socket ?? new TestSocket();
  return { clock, sockets, events, end, done, latest };
}

test('it offers the protocol and the token, greets once it is connected, and hands on what it hears', async () => {
  const { clock, sockets, events, latest, end, done } = listening();
  await clock.advance(0);
  expect(sockets).toMatchObject([{ url: 'ws://host/dev', protocols: ['streamkeeper.v1', 'bearer.a.b.c'] }]);
  latest().emit('open');
  latest().emit('message', { data: '{"type":"inbox"}' });
  expect(latest().sent).toEqual([PING]);
  expect(events).toEqual([{ kind: 'connected' }, { kind: 'message', text: '{"type":"inbox"}' }]);
  end.abort();
  await done;
});

test('it pings often enough for the connection never to count as idle', async () => {
  const { clock, latest, end, done } = listening();
  await clock.advance(0);
  latest().emit('open');
  await clock.advance(10 * 60_000 - 1);
  expect(latest().sent.length).toBeGreaterThanOrEqual(3);
  end.abort();
  await done;
});

test('a lost connection is made again, with growing pauses while it cannot, and with a new token each time', async () => {
  let tokens = 0;
  const { clock, sockets, events, latest, end, done } = listening(async () => `${++tokens}`);
  await clock.advance(0);
  for (let attempt = 0; attempt < 6; attempt++) {
    latest().emit('error');
    latest().emit('close', { code: 1006, reason: '' });
    const before = sockets.length;
    while (sockets.length === before) await clock.advance(10);
  }
  const pauses = sockets.slice(1).map(({ atMs }, index) => atMs - (sockets[index]?.atMs ?? 0));
  expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
  expect(pauses.at(-1)).toBeGreaterThan(pauses[0] ?? 0);
  expect(sockets.map(({ protocols }) => protocols[1])).toEqual(
    Array.from({ length: 7 }, (_, index) => `bearer.${index + 1}`),
  );
  expect(events.filter(({ kind }) => kind === 'disconnected')).toHaveLength(6);
  end.abort();
  await done;
});

test('the pauses begin anew only after a connection that lasted', async () => {
  const { clock, sockets, latest, end, done } = listening();
  await clock.advance(0);
  const pauseAfter = async (lastsMs: number) => {
    latest().emit('open');
    await clock.advance(lastsMs);
    const from = clock.now();
    latest().emit('close', { code: 1001, reason: '' });
    const before = sockets.length;
    while (sockets.length === before) await clock.advance(1);
    return clock.now() - from;
  };
  const first = await pauseAfter(0);
  const second = await pauseAfter(0);
  expect(second).toBeGreaterThan(first);
  expect(await pauseAfter(60_000)).toBe(first);
  end.abort();
  await done;
});

test('told to end, it closes the connection and resolves, in the middle of a pause too', async () => {
  const open = listening();
  await open.clock.advance(0);
  open.latest().emit('open');
  open.end.abort();
  await open.done;
  const pausing = listening();
  await pausing.clock.advance(0);
  pausing.latest().emit('close', { code: 1006, reason: '' });
  await pausing.clock.advance(1);
  pausing.end.abort();
  await pausing.done;
  expect(pausing.sockets).toHaveLength(1);
});

test('a token that cannot be had ends it with the reason', async () => {
  const { done } = listening(async () => {
    throw new Error('no token');
  });
  await expect(done).rejects.toThrow('no token');
});
