import { expect, test } from 'vitest';
import { EnvironmentError } from '../config/environment.ts';
import { executionIdentity } from './execution-identity.ts';

const environment = {
  AWS_REGION: 'ap-south-1',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
};

test('a function signs with its own key, secret and session token, in its own region', () => {
  expect(executionIdentity(environment)).toEqual({
    region: 'ap-south-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' },
  });
});

test.each(Object.keys(environment))(
  'without %s nothing is signed: a role’s key is none without it',
  (name) => {
    for (const value of [undefined, ''])
      expect(() => executionIdentity({ ...environment, [name]: value })).toThrow(EnvironmentError);
  },
);
