/** A policy that an authorizer answers is read as API Gateway reads it. */
import { expect, test } from 'vitest';
import { readAuthorizerAnswer } from './authorizer-answer.ts';
import { failed, returned } from './testing.ts';

const ARN = 'arn:aws:execute-api:eu-west-1:000000000000:api/dev/$connect';
const allow = { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: ARN };
const deny = { ...allow, Effect: 'Deny' };

function read(statements: unknown, more: object = {}) {
  const policyDocument = { Version: '2012-10-17', Statement: statements };
  return readAuthorizerAnswer(returned({ principalId: 'u-1', policyDocument, ...more }), ARN);
}
const status = (...answer: Parameters<typeof read>) => {
  const reading = read(...answer);
  return reading.kind === 'allowed' ? 200 : reading.status;
};

test.each<[string, unknown, number]>([
  ['allows', allow, 200],
  ['allows in a list', [allow], 200],
  ['denies', deny, 403],
  ['denies before it allows', [deny, allow], 403],
  ['denies after it allows', [allow, deny], 403],
  ['says nothing', [], 403],
  ['allows another route', { ...allow, Resource: ARN.replace('$connect', 'other') }, 403],
  ['denies another route beside', [allow, { ...deny, Resource: 'arn:aws:execute-api:x' }], 200],
  ['allows another action', { ...allow, Action: 'execute-api:ManageConnections' }, 403],
  ['denies another action beside', [allow, { ...deny, Action: 's3:GetObject' }], 200],
  ['allows every route of the stage', { ...allow, Resource: ARN.replace('$connect', '*') }, 200],
  ['allows every action of the API', { ...allow, Action: 'execute-api:*' }, 200],
  ['has a question mark for one character', { ...allow, Resource: ARN.replace('dev', 'd?v') }, 200],
  ['has a question mark for two', { ...allow, Resource: ARN.replace('dev', 'd?') }, 403],
  ['has characters that mean something elsewhere', { ...allow, Resource: ARN.replace('dev', 'd.v') }, 403],
  ['names the beginning of the route only', { ...allow, Resource: ARN.slice(0, -3) }, 403],
])('a policy that %s', (_, statements, expected) => {
  expect(status(statements)).toBe(expected);
});

test('what comes beside the policy stays with the connection, as text, and cannot change who it is', () => {
  expect(read(allow, { context: { tokenExpiresAt: 5, admin: false, principalId: 'u-2' } })).toEqual({
    kind: 'allowed',
    context: { principalId: 'u-1', tokenExpiresAt: '5', admin: 'false' },
  });
  expect(status(allow, { context: { roles: ['admin'] } })).toBe(500);
  expect(status(allow, { principalId: 7 })).toBe(500);
});

test('only an error named Unauthorized is one of the client', () => {
  expect(readAuthorizerAnswer(failed('Unauthorized'), ARN)).toMatchObject({ status: 401 });
  expect(readAuthorizerAnswer(failed('out of memory'), ARN)).toMatchObject({ status: 500 });
  expect(readAuthorizerAnswer(undefined, ARN)).toMatchObject({ status: 500 });
});
