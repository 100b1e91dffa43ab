/** The command as a user starts it, against a gateway. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { type ApiEvent, type GatewayUnderTest, gatewayUnderTest } from '../../local/gateway/testing.ts';
import { SUBPROTOCOL } from '../../processors/connections/token-place.ts';

const MAIN = join(import.meta.dirname, '../../operator/main.ts');
const running: GatewayUnderTest[] = [];
const processes: (() => void)[] = [];
afterEach(async () => {
  for (const end of processes.splice(0)) end();
  for (const { gateway } of running.splice(0)) await gateway.close();
});

function streamkeeper(args: readonly string[], environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  processes.push(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return {
    child,
    line: async () => JSON.parse((await lines.next()).value ?? 'null'),
    errors: () => errors,
    exitCode: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  };
}

test('listen shows what is pushed, comes back when it is disconnected, and ends cleanly on Ctrl-C', async () => {
  const offered: (string | undefined)[] = [];
  const greeted: ApiEvent[] = [];
  const headers = { 'Sec-WebSocket-Protocol': SUBPROTOCOL };
  const under = await gatewayUnderTest({
    connect(event) {
      const found = Object.entries(event.headers).find(([name]) => /^sec-websocket-protocol$/i.test(name));
      offered.push(found?.[1]);
      return { statusCode: 200, headers };
    },
    message: (event) => greeted.push(event),
  });
  running.push(under);
  const { gateway } = under;
  const args = ['listen', '--json', '--url', gateway.wsUrl];
  const { child, line, exitCode, errors } = streamkeeper(args, { STREAMKEEPER_TOKEN: 'a.b.c' });
  expect(await line()).toEqual({ type: 'connected' });
  const push = { type: 'notification', id: 'n-1', text: 'नमस्ते' };
  await gateway.connections()[0]?.live.send(JSON.stringify(push));
  expect(await line()).toEqual(push);
  gateway.connections()[0]?.live.end({ code: 1001, reason: 'Going away' });
  expect(await line()).toEqual({ type: 'disconnected', code: 1001, reason: 'Going away' });
  expect(await line()).toEqual({ type: 'connected' });
  child.kill('SIGINT');
  expect(await exitCode).toBe(0);
  expect(errors()).toBe('');
  expect(offered.map((value) => value?.split(/,\s*/))).toEqual(Array(2).fill([SUBPROTOCOL, 'bearer.a.b.c']));
  expect(greeted.map(({ body }) => body)).toContain('{"action":"ping"}');
});

test.each([
  ['a plain ws:// address of another machine', ['--url', 'ws://example.com/dev']],
  ['--url without a token', ['--url', 'wss://example.com/dev']],
  ['--url together with --user', ['--url', 'wss://example.com/dev', '--user', 'u-1']],
  ['neither a user nor an address', []],
])('%s is said in a line, and the exit code is 2', async (_, args) => {
  const { exitCode, errors } = streamkeeper(['listen', ...args], {});
  expect(await exitCode).toBe(2);
  expect(errors().trim()).not.toBe('');
});
