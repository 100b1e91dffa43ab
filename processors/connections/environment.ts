/** The settings of the two functions behind the WebSocket API: one says who somebody is, the other keeps their sessions. */
import type { Jwks } from 'aws-jwt-verify/jwk';
import * as z from 'zod/mini';
import { EnvironmentError, readEnvironment, setting } from '../../shared/config/environment.ts';
import type { TokenRules } from './verify-token.ts';

const authorizerEnvironment = z.object({
  USER_POOL_ID: z.string({ error: 'expected the id of the user pool, <region>_<id>' }).check(
    z.regex(/^[a-z]{2,4}-[a-z-]+-\d_[A-Za-z0-9]+$/, {
      error: 'expected the id of the user pool, <region>_<id>',
    }),
  ),
  USER_POOL_CLIENT_ID: setting('the id of the client that tokens are made for'),
  USER_POOL_JWKS: z.optional(z.string()),
});

/**
 * No AWS region has this name, so no user pool can have an id that begins with it. Keys can be given in the environment for
 * such a pool only: nobody who may set a variable, but not the pool, can make tokens for a real one.
 */
export const LOCAL_POOL_REGION = 'xx-local-0';

const publicKeys = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) });

/** @throws {EnvironmentError} */
export function readTokenRules(environment: Readonly<Record<string, string | undefined>>): TokenRules {
  const settings = readEnvironment(authorizerEnvironment, environment);
  const rules = { userPoolId: settings.USER_POOL_ID, clientId: settings.USER_POOL_CLIENT_ID };
  const isLocal = rules.userPoolId.startsWith(`${LOCAL_POOL_REGION}_`);
  if (settings.USER_POOL_JWKS === undefined) {
    if (isLocal)
      throw new EnvironmentError(
        `USER_POOL_JWKS is not set: the keys of a pool in ${LOCAL_POOL_REGION} cannot be fetched`,
      );
    return rules;
  }
  if (!isLocal)
    throw new EnvironmentError(
      `USER_POOL_JWKS is set, but USER_POOL_ID names a real pool, whose keys are fetched from it; unset one of them`,
    );
  return { ...rules, jwks: readKeys(settings.USER_POOL_JWKS) };
}

function readKeys(text: string): Jwks {
  try {
    return z.parse(publicKeys, JSON.parse(text)) as Jwks;
  } catch {
    throw new EnvironmentError(
      'USER_POOL_JWKS is not usable: expected a JSON Web Key Set, {"keys": [{kty, kid, …}]}',
    );
  }
}

export const connectionsEnvironment = z.object({
  SESSIONS_TABLE: setting('the name of the sessions table'),
  USERS_TABLE: setting('the name of the users table'),
  WEBSOCKET_ENDPOINT: z.url({ error: 'expected the URL of the @connections API, https://<api>/<stage>' }),
});
