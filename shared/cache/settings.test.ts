import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { EnvironmentError } from '../config/environment.ts';
import { iamToken } from './iam-token.ts';
import { type RedisSettings, redisOptions } from './settings.ts';

const KEYS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'token/with+signs==',
};
const NOW_MS = Date.parse('2026-01-02T03:04:05Z');
const identity = { clock: new VirtualClock(NOW_MS), credentials: async () => KEYS };

function settings(parts: Partial<RedisSettings>): RedisSettings {
  return { REDIS_URL: 'rediss://cache:6379', REDIS_AUTH: 'none', AWS_REGION: 'ap-south-1', ...parts };
}

describe('redisOptions', () => {
  it('brings no credentials where none are asked for', () => {
    expect(redisOptions(settings({}), identity)).not.toHaveProperty('credentials');
  });

  it('brings the password, and the user if there is one', async () => {
    const { credentials } = redisOptions(settings({ REDIS_AUTH: 'password', REDIS_PASSWORD: 'p' }), identity);
    expect(await credentials?.()).toEqual({ password: 'p' });
  });

  it('takes an empty password for none', () => {
    const empty = settings({ REDIS_AUTH: 'password', REDIS_PASSWORD: '' });
    expect(() => redisOptions(empty, identity)).toThrow('REDIS_PASSWORD');
  });

  it('brings a fresh token of the function’s own role', async () => {
    const iam = settings({ REDIS_AUTH: 'iam', REDIS_USER: 'app-user', REDIS_CACHE_NAME: 'streamkeeper-dev' });
    expect(await redisOptions(iam, identity).credentials?.()).toEqual({
      username: 'app-user',
      password: iamToken(
        { user: 'app-user', cacheName: 'streamkeeper-dev', region: 'ap-south-1', nowMs: NOW_MS },
        KEYS,
      ),
    });
  });

  it.each([
    [{ REDIS_AUTH: 'password' }, 'REDIS_PASSWORD is not set'],
    [{ REDIS_AUTH: 'iam', REDIS_CACHE_NAME: 'c' }, 'REDIS_USER is not set'],
    [{ REDIS_AUTH: 'iam', REDIS_USER: 'u' }, 'REDIS_CACHE_NAME is not set'],
    [
      { REDIS_AUTH: 'iam', REDIS_USER: 'u', REDIS_CACHE_NAME: 'c', REDIS_URL: 'redis://cache' },
      'REDIS_URL: a token goes over TLS only',
    ],
  ] as const)('refuses %j', (parts, message) => {
    expect(() => redisOptions(settings(parts), identity)).toThrow(EnvironmentError);
    expect(() => redisOptions(settings(parts), identity)).toThrow(message);
  });
});

it('a token is signed as AWS’s own signer signs it (@smithy/signature-v4, presign, same request)', () => {
  const request = { user: 'app-user', cacheName: 'streamkeeper-dev', region: 'ap-south-1', nowMs: NOW_MS };
  expect(iamToken(request, KEYS)).toBe(
    'streamkeeper-dev/?Action=connect&User=app-user&X-Amz-Algorithm=AWS4-HMAC-SHA256' +
      '&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fap-south-1%2Felasticache%2Faws4_request&X-Amz-Date=20260102T030405Z' +
      '&X-Amz-Expires=900&X-Amz-Security-Token=token%2Fwith%2Bsigns%3D%3D&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=2f8ede2c0e2de276126ffd2606acaa5a07078fc846f71fb4fda6084b37422dd7',
  );
});
