/** What the gateway adds for development: tokens that the authorizer's own check takes, and not for web pages. */
import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { readTokenRules } from '../../processors/connections/environment.ts';
import { tokenVerifier } from '../../processors/connections/verify-token.ts';
import { systemClock } from '../../shared/time/clock.ts';
import type { RunningMapping } from '../streams/running-mapping.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { connect, type GatewayUnderTest, gatewayUnderTest } from './testing.ts';
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
  ['of a user without a name', '{"userId":""}', 'application/json', 400],
  ['that is not JSON', '{', 'application/json', 400],
  ['of the kind that a page may send anywhere', '{"userId":"asha"}', 'text/plain', 415],
])('a request %s gets no token', async (_, body, type, status) => {
  const { ask } = await start();
  const answer = await ask(body, type);
  expect([answer.status, await answer.json()]).toEqual([status, { message: expect.any(String) }]);
});

test('a token lasts an hour, as those of a user pool do', async () => {
  const issuer = await createTokenIssuer({ clock: new VirtualClock(1_700_000_000_999), newId: () => 'one' });
  const { token, expiresAt } = issuer.issue('asha');
  expect(expiresAt).toBe(1_700_003_600);
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toMatchObject({ iat: 1_700_000_000, exp: 1_700_003_600, token_use: 'access' });
});

test('a gateway without an issuer makes no tokens', async () => {
  const under = await gatewayUnderTest();
  running.push(under);
  const headers = { 'content-type': 'application/json' };
  const asking = { method: 'POST', body: '{"userId":"asha"}', headers };
  expect((await fetch(`${under.gateway.url}/local/token`, asking)).status).toBe(404);
});

test('who is connected is told with the name that the authorizer gave, all of them', async () => {
  const names = ['asha', 'ravi'];
  const under = await gatewayUnderTest({
    authorizer: ({ methodArn }) => ({
      principalId: names.shift(),
      policyDocument: {
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
      },
    }),
  });
  running.push(under);
  await connect(under.gateway.wsUrl);
  await under.clock.advance(1_000);
  await connect(under.gateway.wsUrl);
  const told = await (await fetch(`${under.gateway.url}/local/connections`)).json();
  const [first, second] = under.gateway.connections().map(({ facts }) => facts.connectionId);
  expect(told).toEqual({
    connections: [
      { connectionId: first, userId: 'asha', connectedAt: '2023-11-14T22:13:20.000Z' },
      { connectionId: second, userId: 'ravi', connectedAt: '2023-11-14T22:13:21.000Z' },
    ],
  });
});

test('the status is that of every mapping there is at the moment', async () => {
  const mappings: RunningMapping[] = [];
  const under = await gatewayUnderTest({}, { mappings: () => mappings });
  running.push(under);
  for (const id of ['one', 'two']) mappings.push({ status: () => ({ id }) } as unknown as RunningMapping);
  const told = await (await fetch(`${under.gateway.url}/local/status`)).json();
  expect(told).toEqual({ mappings: [{ id: 'one' }, { id: 'two' }] });
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
