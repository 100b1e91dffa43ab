/** `Invoke` as an HTTP client sees it; there is no Lambda client among the dependencies. */

import { afterEach, expect, test } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import { failed, type GatewayUnderTest, gatewayUnderTest, type ScriptedFunction } from './testing.ts';

const running: GatewayUnderTest[] = [];
afterEach(async () => {
  for (const { gateway } of running.splice(0)) await gateway.close();
});

async function start(functions: Readonly<Record<string, ScriptedFunction>>) {
  const under = await gatewayUnderTest(functions);
  running.push(under);
  return {
    ...under,
    invoke: (name: string, body: string, headers: Record<string, string> = {}) =>
      fetch(`${under.gateway.url}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, {
        method: 'POST',
        body,
        headers: { authorization: 'AWS4-HMAC-SHA256 Credential=local', ...headers },
      }),
  };
}

test.each([
  'adder',
  'adder:live',
  'arn:aws:lambda:eu-west-1:000000000000:function:adder',
  'arn:aws:lambda:eu-west-1:000000000000:function:adder:$LATEST',
  '000000000000:function:adder',
])('a function named %s is invoked with the payload, and its result is the answer', async (name) => {
  const { invoke, asked } = await start({ adder: () => ({ sum: 3 }) });
  const answer = await invoke(name, '{"a":1,"b":2}');
  expect([answer.status, await answer.json(), answer.headers.get('x-amz-function-error')]).toEqual([
    200,
    { sum: 3 },
    null,
  ]);
  expect(asked[0]?.event).toEqual({ a: 1, b: 2 });
});

test('a function that fails is a result with the FunctionError header', async () => {
  const { invoke } = await start({ broken: () => failed('out of order') });
  const answer = await invoke('broken', '{}');
  expect([answer.status, answer.headers.get('x-amz-function-error'), await answer.json()]).toEqual([
    200,
    'Unhandled',
    { errorType: 'Error', errorMessage: 'out of order', trace: [] },
  ]);
});

test.each([
  ['a function that does not exist', 'nobody', '{}', {}, 404, 'ResourceNotFoundException'],
  ['a payload that is not JSON', 'echo', '{', {}, 400, 'InvalidRequestContentException'],
  [
    'an event over 1 MB',
    'echo',
    `"${'x'.repeat(1024 * 1024)}"`,
    { 'x-amz-invocation-type': 'Event' },
    413,
    'RequestTooLargeException',
  ],
  [
    'an event for a function that does not exist',
    'nobody',
    '{}',
    { 'x-amz-invocation-type': 'Event' },
    404,
    'ResourceNotFoundException',
  ],
  ['a dry run', 'echo', '{}', { 'x-amz-invocation-type': 'DryRun' }, 400, 'InvalidParameterValueException'],
  ['a payload over 6 MB', 'echo', `"${'x'.repeat(6 * 1024 * 1024)}"`, {}, 413, 'RequestTooLargeException'],
  ['a function that is busy', 'busy', '{}', {}, 429, 'TooManyRequestsException'],
  ['nobody who signs', 'echo', '{}', { authorization: '' }, 403, 'MissingAuthenticationTokenException'],
])('%s is an error with its status and name', async (_, name, body, headers, status, error) => {
  const { invoke } = await start({ echo: (event) => event, busy: () => ({ kind: 'throttled' }) });
  const answer = await invoke(name, body, headers);
  expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([status, error]);
});

test('a function that runs out of time is a result with the FunctionError header', async () => {
  const { invoke } = await start({ slow: () => ({ kind: 'timeout' }) });
  const answer = await invoke('slow', '{}');
  expect([answer.status, answer.headers.get('x-amz-function-error'), await answer.json()]).toMatchObject([
    200,
    'Unhandled',
    { errorType: 'Sandbox.Timedout' },
  ]);
});

test('without a payload the function gets an empty object', async () => {
  const { invoke, asked } = await start({ echo: (event) => event });
  await invoke('echo', '');
  expect(asked[0]?.event).toEqual({});
});

test('a function that cannot be asked breaks the connection, and that is said once', async () => {
  const { gateway, warnings, invoke } = await start({
    broken: () => {
      throw new Error('no worker');
    },
  });
  await expect(invoke('broken', '{}')).rejects.toThrow();
  expect(warnings).toEqual([expect.stringContaining('no worker')]);
  expect((await fetch(`${gateway.url}/local/mails`)).status).toBe(200);
});

test('an event is accepted without its result', async () => {
  const { invoke, asked } = await start({ echo: (event) => event });
  const answer = await invoke('echo', '{"a":1}', { 'x-amz-invocation-type': 'Event' });
  expect([answer.status, await answer.text()]).toEqual([202, '']);
  expect(asked).toHaveLength(1);
});

property.prop([fc.jsonValue()], { numRuns: 30 })('any JSON comes back as it went in', async (value) => {
  const under = await gatewayUnderTest({ echo: (event) => ({ kind: 'returned', payload: event }) });
  const answer = await fetch(`${under.gateway.url}/2015-03-31/functions/echo/invocations`, {
    method: 'POST',
    body: JSON.stringify(value),
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=local' },
  });
  expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(value)));
  await under.gateway.close();
});
