/**
 * Makes access tokens for anybody, as a user pool would after a log-in, for development. It exists on this machine only: its pool
 * lies in a region that AWS does not have, its key is made at the start and forgotten at the end.
 */
import { generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { LOCAL_POOL_REGION } from '../../processors/connections/environment.ts';
import { bareUserId } from '../../shared/notifications/user-id.ts';
import type { Clock } from '../../shared/time/clock.ts';

export interface IssuedToken {
  readonly token: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

export interface TokenIssuer {
  readonly userPoolId: string;
  readonly clientId: string;
  /** @param userId bare or with `USER#` */
  issue(userId: string): IssuedToken;
  /** What the authorizer function needs in its environment to know these tokens. */
  environment(): Record<string, string>;
}

/** As long as Cognito's access tokens by default (Cognito developer guide, "Using the access token"). */
const LIFETIME_S = 3600;

export const LOCAL_POOL_ID = `${LOCAL_POOL_REGION}_Streamkeeper`;
const CLIENT_ID = 'streamkeeper-local';

export async function createTokenIssuer(ports: {
  readonly clock: Clock;
  readonly newId: () => string;
}): Promise<TokenIssuer> {
  const { clock, newId } = ports;
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = newId();
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
  return {
    userPoolId: LOCAL_POOL_ID,
    clientId: CLIENT_ID,
    issue(userId) {
      const now = Math.floor(clock.now() / 1000);
      const expiresAt = now + LIFETIME_S;
      const claims = {
        sub: bareUserId(userId),
        iss: `https://cognito-idp.${LOCAL_POOL_REGION}.amazonaws.com/${LOCAL_POOL_ID}`,
        client_id: CLIENT_ID,
        token_use: 'access',
        scope: 'aws.cognito.signin.user.admin',
        auth_time: now,
        iat: now,
        exp: expiresAt,
        jti: newId(),
        username: bareUserId(userId),
      };
      return { token: signedToken({ alg: 'RS256', kid }, claims, privateKey), expiresAt };
    },
    environment: () => ({
      USER_POOL_ID: LOCAL_POOL_ID,
      USER_POOL_CLIENT_ID: CLIENT_ID,
      USER_POOL_JWKS: JSON.stringify({ keys: [jwk] }),
    }),
  };
}

/** A JSON Web Token in compact form (RFC 7515, section 7.1), signed with RS256. */
export function signedToken(header: object, claims: object, key: KeyObject): string {
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

const base64url = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
