import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import { type EngineProxy, startProxy } from './proxy.ts';

let server: Server;
let served = 0;
let proxy: EngineProxy;

beforeEach(async () => {
  served = 0;
  server = createServer((_request, answer) => {
    served++;
    answer.end('here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startProxy({ clock: systemClock, waits: true });
  proxy.aimAt(portOf(server));
});

afterEach(async () => {
  await proxy.stop();
  server.closeAllConnections();
  server.close();
});

function portOf(one: Server): number {
  const address = one.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const ask = async () => {
  const response = await fetch(`http://127.0.0.1:${proxy.port}/`);
  return { status: response.status, text: await response.text() };
};

test('what is sent arrives, and what is answered comes back', async () => {
  expect(await ask()).toEqual({ status: 200, text: 'here' });
});

test('refused connections break, also those that were open', async () => {
  await ask();
  proxy.become({ kind: 'refuse' });
  await expect(ask()).rejects.toThrow();
  expect(served).toBe(1);
  proxy.become({ kind: 'pass' });
  expect((await ask()).text).toBe('here');
});

test('of two answers that are cut one is lost, and both requests are carried out', async () => {
  proxy.become({ kind: 'cut' });
  const ends = [await ask().catch(() => 'lost'), await ask().catch(() => 'lost')];
  expect(ends.filter((end) => end === 'lost')).toHaveLength(1);
  expect(served).toBe(2);
});

test('a canned answer is given in the place of the engine', async () => {
  proxy.become({
    kind: 'answer',
    text: 'HTTP/1.1 429 Too Many\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno',
  });
  expect(await ask()).toEqual({ status: 429, text: 'no' });
  expect(served).toBe(0);
});

test('slow answers come whole', async () => {
  proxy.become({ kind: 'slow', ms: 5 });
  expect((await ask()).text).toBe('here');
});

test('where connections wait, they reach whoever comes', async () => {
  proxy.aimAt(undefined);
  const answer = ask();
  proxy.aimAt(portOf(server));
  expect((await answer).text).toBe('here');
});
