/** A user pool whose keys the test holds: makes tokens that are right unless a test changes something about them. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { signedToken } from '../../local/gateway/token-issuer.ts';
import type { TokenRules } from '../../processors/connections/verify-token.ts';

/** Seconds since the epoch: over since 2001, and not before the year 2100. Tokens are checked against the real time. */
export const LONG_PAST = 1_000_000_000;
export const FAR_FUTURE = 4_102_444_800;

export interface TokenChanges {
  readonly claims?: object;
  readonly header?: object;
  readonly key?: KeyObject;
}

export interface TestPool {
  readonly rules: TokenRules;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  token(changes?: TokenChanges): string;
}

export function testPool(name = 'eu-west-1_Test'): TestPool {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = `key of ${name}`;
  const claims = {
    sub: 'u-1',
    iss: `https://cognito-idp.${name.split('_')[0]}.amazonaws.com/${name}`,
    client_id: 'app',
    token_use: 'access',
    exp: FAR_FUTURE,
  };
  return {
    publicKey,
    privateKey,
    rules: {
      userPoolId: name,
      clientId: 'app',
      jwks: { keys: [{ kty: 'RSA', ...jwk, kid, alg: 'RS256', use: 'sig' }] },
    },
    token: (changes = {}) =>
      signedToken(
        { alg: 'RS256', kid, ...changes.header },
        { ...claims, ...changes.claims },
        changes.key ?? privateKey,
      ),
  };
}
