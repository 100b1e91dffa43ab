/** Tokens are made with real keys: each test changes the one thing that it is about. */

import { createHmac } from 'node:crypto';
import { globalAgent } from 'node:https';
import { describe, expect, test, vi } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import { FAR_FUTURE, LONG_PAST, testPool } from '../../test/support/user-pool.ts';
import { tokenVerifier } from './verify-token.ts';

const pool = testPool();
const otherPool = testPool('eu-west-1_Other');
const verify = tokenVerifier(pool.rules);
const refused = (code: string) => ({ kind: 'refused', code });
const meaning = (token: string) =>
  token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.');
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token is taken', () => {
  test('if the pool signed it for this client, as an access token, and it is in force', async () => {
    expect(await verify(pool.token())).toEqual({ kind: 'user', userId: 'u-1', expiresAt: FAR_FUTURE });
  });

  test('for the same user whether it writes the id bare or with USER#', async () => {
    expect(await verify(pool.token({ claims: { sub: 'USER#u-1' } }))).toMatchObject({ userId: 'u-1' });
  });
});

test('keys that cannot be fetched say nothing about a token: that is an error, not a verdict', async () => {
  const { jwks: _, ...rules } = pool.rules;
  const dial = vi.spyOn(globalAgent, 'createConnection').mockImplementation(() => {
    throw new Error('unreachable');
  });
  await expect(tokenVerifier(rules)(pool.token())).rejects.toThrow();
  expect(dial).toHaveBeenCalled();
  dial.mockRestore();
});

describe('a token is refused', () => {
  test.each([
    ['of another pool, signed by that pool', otherPool.token(), 'TOKEN_ISSUER'],
    [
      "that claims this pool, but is signed with another pool's key",
      pool.token({ key: otherPool.privateKey }),
      'TOKEN_SIGNATURE',
    ],
    ['that has ended', pool.token({ claims: { exp: LONG_PAST } }), 'TOKEN_EXPIRED'],
    [
      'that ended a moment ago',
      pool.token({ claims: { exp: Math.floor(Date.now() / 1000) - 1 } }),
      'TOKEN_EXPIRED',
    ],
    ['that never ends', pool.token({ claims: { exp: undefined } }), 'TOKEN_EXPIRED'],
    ['that begins later', pool.token({ claims: { nbf: FAR_FUTURE } }), 'TOKEN_NOT_YET_VALID'],
    ['that is an id token', pool.token({ claims: { token_use: 'id', aud: 'app' } }), 'TOKEN_USE'],
    ['without a use', pool.token({ claims: { token_use: undefined } }), 'TOKEN_USE'],
    ['of another client', pool.token({ claims: { client_id: 'other' } }), 'TOKEN_CLIENT'],
    ['without a user', pool.token({ claims: { sub: undefined } }), 'TOKEN_SUBJECT'],
    ['whose user has no id but the prefix', pool.token({ claims: { sub: 'USER#' } }), 'TOKEN_SUBJECT'],
    ['whose user id has a line break', pool.token({ claims: { sub: 'a\nb' } }), 'TOKEN_SUBJECT'],
    ['whose user id is longer than a key', pool.token({ claims: { sub: 'x'.repeat(257) } }), 'TOKEN_SUBJECT'],
    ['without a key id', pool.token({ header: { kid: undefined } }), 'TOKEN_KEY'],
    ['that is no token', 'nonsense', 'TOKEN_UNREADABLE'],
    ['that is empty', '', 'TOKEN_UNREADABLE'],
  ])('%s', async (_, token, code) => {
    expect(await verify(token)).toEqual(refused(code));
  });

  test.each(['none', 'None', 'HS256', 'RS384'])('with the algorithm %s in its header', async (alg) => {
    expect(await verify(pool.token({ header: { alg } }))).toEqual(refused('TOKEN_SIGNATURE'));
  });

  test('with the algorithm none and no signature', async () => {
    const [, claims] = pool.token().split('.');
    const unsigned = `${base64url({ alg: 'none', kid: 'key of eu-west-1_Test' })}.${claims}.`;
    expect(await verify(unsigned)).toEqual(refused('TOKEN_UNREADABLE'));
  });

  test('whose signature is an HMAC with the public key as its secret', async () => {
    const [, claims] = pool.token().split('.');
    const signed = `${base64url({ alg: 'HS256', kid: 'key of eu-west-1_Test' })}.${claims}`;
    const secret = pool.publicKey.export({ format: 'pem', type: 'spki' });
    const signature = createHmac('sha256', secret).update(signed).digest('base64url');
    expect(await verify(`${signed}.${signature}`)).toEqual(refused('TOKEN_SIGNATURE'));
  });

  test.each([-1e300, -9e15, 1e300])('whose end is %d, which no date can be', async (exp) => {
    expect(await verify(pool.token({ claims: { exp } }))).toEqual(refused('TOKEN_EXPIRED'));
  });

  test('whose claims were changed after it was signed', async () => {
    const [header, , signature] = pool.token().split('.');
    const [, claims] = pool.token({ claims: { sub: 'somebody-else' } }).split('.');
    expect(await verify(`${header}.${claims}.${signature}`)).toEqual(refused('TOKEN_SIGNATURE'));
  });

  property.prop([fc.nat(), fc.integer({ min: 1, max: 127 })], { numRuns: 200 })(
    'with any byte changed',
    async (place, change) => {
      const bytes = Buffer.from(pool.token());
      // The last characters of each part may hold bits that decode to nothing.
      const at = place % bytes.length;
      bytes[at] = ((bytes[at] ?? 0) ^ change) & 0x7f;
      const changed = bytes.toString();
      fc.pre(meaning(changed) !== meaning(pool.token()));
      expect(await verify(changed)).toMatchObject({ kind: 'refused' });
    },
  );

  property.prop([fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String())])(
    'if it is any text',
    async (text) => {
      expect(await verify(text)).toMatchObject({ kind: 'refused' });
    },
  );

  property.prop([fc.dictionary(fc.string(), fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())])(
    'if it is any JSON in the form of a token',
    async (header, claims) => {
      expect(await verify(`${base64url(header)}.${base64url(claims)}.c2ln`)).toMatchObject({
        kind: 'refused',
      });
    },
  );
});
