/** Keys may be given in the environment for a pool that cannot exist, and for no other. */
import { expect, test } from 'vitest';
import { EnvironmentError } from '../../shared/config/environment.ts';
import { LOCAL_POOL_REGION, readTokenRules } from './environment.ts';

const LOCAL = { USER_POOL_ID: `${LOCAL_POOL_REGION}_Local`, USER_POOL_CLIENT_ID: 'app' };
const REAL = { USER_POOL_ID: 'ap-south-1_AbCdEf123', USER_POOL_CLIENT_ID: 'app' };
const KEYS = JSON.stringify({ keys: [{ kty: 'RSA', kid: 'one', n: 'AQAB', e: 'AQAB' }] });

const codeOf = (environment: Record<string, string>) => {
  try {
    readTokenRules(environment);
    return 'no error';
  } catch (error) {
    return error instanceof EnvironmentError ? error.code : error;
  }
};

test('a real pool is named, and its keys are fetched from it', () => {
  expect(readTokenRules(REAL)).toEqual({ userPoolId: 'ap-south-1_AbCdEf123', clientId: 'app' });
});

test('the local pool comes with its keys', () => {
  const { jwks } = readTokenRules({ ...LOCAL, USER_POOL_JWKS: KEYS });
  expect(jwks?.keys.map(({ kid }) => kid)).toEqual(['one']);
});

test.each([
  ['a real pool with keys from the environment', { ...REAL, USER_POOL_JWKS: KEYS }],
  ['a local pool without keys', LOCAL],
  ['keys that are not JSON', { ...LOCAL, USER_POOL_JWKS: '{' }],
  ['keys that are no key set', { ...LOCAL, USER_POOL_JWKS: '{"keys":[{}]}' }],
  ['no client', { USER_POOL_ID: REAL.USER_POOL_ID }],
  ['a pool id that is none', { ...REAL, USER_POOL_ID: 'https://evil.example/pool' }],
  ['a pool id with more before it', { ...REAL, USER_POOL_ID: `https://evil.example/${REAL.USER_POOL_ID}` }],
  ['a pool id with more behind it', { ...REAL, USER_POOL_ID: `${REAL.USER_POOL_ID}/x` }],
  [
    'keys for a pool whose region only ends like the local one',
    { ...LOCAL, USER_POOL_ID: `ab-${LOCAL.USER_POOL_ID}`, USER_POOL_JWKS: KEYS },
  ],
])('%s is a wrong setting', (_, environment) => {
  expect(codeOf(environment)).toBe('ENVIRONMENT_INVALID');
});
