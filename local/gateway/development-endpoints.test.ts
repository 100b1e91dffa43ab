/** What the gateway adds for development: tokens that the authorizer's own check takes, and not for web pages. */
import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { readTokenRules } from '../../processors/connections/environment.ts';
import { tokenVerifier } from '../../processors/connections/verify-token.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { type GatewayUnderTest, gatewayUnderTest } from './testing.ts';
import { createTokenIssuer } from './token-issuer.ts';

const running: GatewayUnderTest[] = [];
afterEach(async () => {
  for (const { gateway } of running.splice(0)) await gateway.close();
});

async function start() {
  const issuer = await createTokenIssuer({ clock: systemClock, newId: () => 'one' });
  const under = await gatewayUnderTest({}, { issuer });
  running.push(under);
  const ask = (body: string, type = 'application/json') =>
    fetch(`${under.gateway.url}/local/token`, { method: 'POST', body, headers: { 'content-type': type } });
  return { issuer, ask, verify: tokenVerifier(readTokenRules(issuer.environment())) };
}

test('a token is made for any user, and is that of the same user in both forms of the id', async () => {
  const { ask, verify } = await start();
  for (const userId of ['asha', 'USER#asha']) {
    const { token, expiresAt } = (await (await ask(JSON.stringify({ userId }))).json()) as {
      token: string;
      expiresAt: number;
    };
    expect(await verify(token)).toEqual({ kind: 'user', userId: 'asha', expiresAt });
  }
});

test('a token of one start is none at the next: each makes a key of its own', async () => {
  const [one, other] = [await start(), await start()];
  expect(await other.verify(one.issuer.issue('asha').token)).toEqual({
    kind: 'refused',
    code: 'TOKEN_SIGNATURE',
  });
});

test.each([
  ['without a user', '{}', 'application/json', 400],
  ['that is not JSON', '{', 'application/json', 400],
  ['of the kind that a page may send anywhere', '{"userId":"asha"}', 'text/plain', 415],
])('a request %s gets no token', async (_, body, type, status) => {
  const { ask } = await start();
  const answer = await ask(body, type);
  expect([answer.status, await answer.json()]).toEqual([status, { message: expect.any(String) }]);
});

/** `fetch` lets nobody choose the host. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.once('error', reject);
    asking.end();
  });
}

test.each([
  ['another origin', { origin: 'https://shop.example.com' }],
  ['an origin that hides its name', { origin: 'null' }],
  ['a name that was made to lead here', { host: 'rebound.example.com' }],
  [
    'such a name, for a WebSocket',
    { host: 'rebound.example.com', connection: 'upgrade', upgrade: 'websocket' },
  ],
  [
    'another origin, for a WebSocket',
    { origin: 'https://shop.example.com', connection: 'upgrade', upgrade: 'websocket' },
  ],
])('a page of %s gets nothing from the local gateway', async (_, headers) => {
  await start();
  expect(await statusOf(`${running[0]?.gateway.url}/local/mails`, headers)).toBe(403);
});

test('programs, and pages of this machine, are served; the gateway listens on loopback only', async () => {
  await start();
  const url = running[0]?.gateway.url ?? '';
  expect(new URL(url).hostname).toBe('127.0.0.1');
  expect(await statusOf(`${url}/local/mails`, {})).toBe(200);
  expect(await statusOf(`${url}/local/mails`, { origin: 'http://localhost:3000' })).toBe(200);
});
