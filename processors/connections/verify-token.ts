/** Finds out whose token it is: an access token of the one user pool and client, signed by it, in force, or none at all. */
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import {
  CognitoJwtInvalidClientIdError,
  CognitoJwtInvalidTokenUseError,
  FetchError,
  JwtBaseError,
  JwtExpiredError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  ParameterValidationError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { bareUserId } from '../../shared/notifications/user-id.ts';

export interface TokenRules {
  readonly userPoolId: string;
  readonly clientId: string;
  /** The pool's public keys; without them they are fetched from the pool, once and when an unknown key is met (at most every 10 s). */
  readonly jwks?: Jwks;
}

export type Refusal =
  | 'TOKEN_MISSING'
  | 'TOKEN_UNREADABLE'
  | 'TOKEN_ISSUER'
  | 'TOKEN_KEY'
  | 'TOKEN_SIGNATURE'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_NOT_YET_VALID'
  | 'TOKEN_USE'
  | 'TOKEN_CLIENT'
  | 'TOKEN_SUBJECT'
  | 'TOKEN_INVALID';

export type Verdict =
  | {
      readonly kind: 'user';
      /** Without `USER#`. */
      readonly userId: string;
      /** Seconds since the epoch. */
      readonly expiresAt: number;
    }
  | { readonly kind: 'refused'; readonly code: Refusal };

/** Rejects only when the pool's keys cannot be fetched: that says nothing about the token. */
export type VerifyToken = (token: string) => Promise<Verdict>;

/** Longer ids would not be this pool's, and would not fit every key they are put into. */
const MAX_ID_CHARACTERS = 256;

/** @throws ParameterValidationError when the pool's id is none */
export function tokenVerifier({ userPoolId, clientId, jwks }: TokenRules): VerifyToken {
  const verifier = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: 'access' });
  if (jwks !== undefined) verifier.cacheJwks(jwks);
  return async (token) => {
    try {
      // Keys that were given are all there are: an unknown one is not asked for over the network.
      const { sub, exp } = jwks === undefined ? await verifier.verify(token) : verifier.verifySync(token);
      // The library checks an expiry only if there is one.
      if (!Number.isSafeInteger(exp)) return { kind: 'refused', code: 'TOKEN_EXPIRED' };
      const userId = bareUserId(typeof sub === 'string' ? sub : '');
      if (!isUserId(userId)) return { kind: 'refused', code: 'TOKEN_SUBJECT' };
      return { kind: 'user', userId, expiresAt: exp };
    } catch (error) {
      // The library writes out when a token ended, also where that is no date.
      if (error instanceof RangeError) return { kind: 'refused', code: 'TOKEN_EXPIRED' };
      if (error instanceof FetchError || !(error instanceof JwtBaseError)) throw error;
      return { kind: 'refused', code: refusalOf(error) };
    }
  };
}

function isUserId(text: string): boolean {
  return text.length > 0 && text.length <= MAX_ID_CHARACTERS && !/[\s\p{Cc}]/u.test(text);
}

/** An issuer that is not the pool is a `ParameterValidationError` ("issuer not configured"). */
const REFUSALS: readonly [type: abstract new (...args: never[]) => JwtBaseError, code: Refusal][] = [
  [JwtParseError, 'TOKEN_UNREADABLE'],
  [ParameterValidationError, 'TOKEN_ISSUER'],
  [JwtInvalidIssuerError, 'TOKEN_ISSUER'],
  [JwtWithoutValidKidError, 'TOKEN_KEY'],
  [KidNotFoundInJwksError, 'TOKEN_KEY'],
  [WaitPeriodNotYetEndedJwkError, 'TOKEN_KEY'],
  [JwtInvalidSignatureAlgorithmError, 'TOKEN_SIGNATURE'],
  [JwtInvalidSignatureError, 'TOKEN_SIGNATURE'],
  [JwtExpiredError, 'TOKEN_EXPIRED'],
  [JwtNotBeforeError, 'TOKEN_NOT_YET_VALID'],
  [CognitoJwtInvalidTokenUseError, 'TOKEN_USE'],
  [CognitoJwtInvalidClientIdError, 'TOKEN_CLIENT'],
];

function refusalOf(error: JwtBaseError): Refusal {
  return REFUSALS.find(([type]) => error instanceof type)?.[1] ?? 'TOKEN_INVALID';
}
