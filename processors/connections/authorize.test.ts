/** What API Gateway is told about a handshake, and where in it the token may stand. */

import { expect, test } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import { FAR_FUTURE, testPool } from '../../test/support/user-pool.ts';
import { authorize } from './authorize.ts';
import { offeredProtocols, SUBPROTOCOL } from './token-place.ts';
import { tokenVerifier } from './verify-token.ts';

const ARN = 'arn:aws:execute-api:eu-west-1:000000000000:api/dev/$connect';
const pool = testPool();
const verify = tokenVerifier(pool.rules);
const protocols = (...names: string[]) => ({ 'Sec-WebSocket-Protocol': names.join(', ') });
const handshake = (headers: object, more: object = {}) => ({
  type: 'REQUEST',
  methodArn: ARN,
  headers,
  ...more,
});
const effectOf = async (event: unknown) =>
  (await authorize(event, verify)).authorization.policyDocument.Statement[0];

test('a verified token allows this connection and says whose it is and until when', async () => {
  const { authorization, refusal } = await authorize(
    handshake(protocols(...offeredProtocols(pool.token()))),
    verify,
  );
  expect(refusal).toBeUndefined();
  expect(authorization).toEqual({
    principalId: 'u-1',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: ARN }],
    },
    context: { tokenExpiresAt: FAR_FUTURE },
  });
});

test('the header is found however its name is written', async () => {
  const value = offeredProtocols(pool.token()).join(',');
  expect(await effectOf(handshake({ 'sec-websocket-protocol': value }))).toMatchObject({ Effect: 'Allow' });
});

test('a refused token is a denial that names nobody and hands nothing on', async () => {
  const { authorization, refusal } = await authorize(handshake(protocols(...offeredProtocols('x'))), verify);
  expect(refusal).toBe('TOKEN_UNREADABLE');
  expect(authorization).toMatchObject({
    principalId: 'nobody',
    policyDocument: { Statement: [{ Effect: 'Deny', Resource: ARN }] },
  });
  expect(authorization.context).toBeUndefined();
});

test.each([
  ['without headers', handshake({})],
  ['with the protocol alone', handshake(protocols(SUBPROTOCOL))],
  ['with two tokens', handshake(protocols(SUBPROTOCOL, ...pair(), ...pair()))],
  ['with the token in Authorization', handshake({ Authorization: `Bearer ${pool.token()}` })],
  [
    'with the token in the query string',
    handshake({}, { queryStringParameters: { token: pool.token(), userId: 'u-1' } }),
  ],
])('a handshake %s is denied', async (_, event) => {
  expect(await effectOf(event)).toMatchObject({ Effect: 'Deny' });
});

test('a handshake without a token is told from one whose token is wrong, and nothing is verified', async () => {
  const unasked = () => Promise.reject(new Error('asked'));
  for (const headers of [{}, undefined, null, protocols(SUBPROTOCOL)]) {
    const { refusal } = await authorize({ type: 'REQUEST', methodArn: ARN, headers }, unasked);
    expect(refusal).toBe('TOKEN_MISSING');
  }
});

test('a user id in the query string changes nothing', async () => {
  const event = handshake(protocols(...offeredProtocols(pool.token())), {
    queryStringParameters: { userId: 'u-2', user_id: 'u-2', sub: 'u-2' },
  });
  expect((await authorize(event, verify)).authorization.principalId).toBe('u-1');
});

test('an event that is not a REQUEST authorizer’s is an error', async () => {
  const event = handshake(protocols(...offeredProtocols(pool.token())), { type: 'TOKEN' });
  await expect(authorize(event, verify)).rejects.toThrow();
});

test('keys that cannot be fetched are an error, not a verdict', async () => {
  const unreachable = async () => {
    throw new Error('unreachable');
  };
  await expect(
    authorize(handshake(protocols(...offeredProtocols(pool.token()))), unreachable),
  ).rejects.toThrow();
});

property.prop([fc.dictionary(fc.string(), fc.string()), fc.array(fc.string())])(
  'no header but a verified token opens a connection',
  async (headers, names) => {
    const event = handshake({ ...headers, 'Sec-WebSocket-Protocol': names.join(',') });
    expect(await effectOf(event)).toMatchObject({ Effect: 'Deny' });
  },
);

function pair(): string[] {
  return offeredProtocols(pool.token()).slice(1);
}
