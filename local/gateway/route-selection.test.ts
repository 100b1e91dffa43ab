import { expect, test } from 'vitest';
import { routeKeyOf } from './route-selection.ts';

test.each<[string, string, string | undefined]>([
  ['$request.body.action', '{"action":"ping"}', 'ping'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: API Gateway takes expressions in braces, too.
  ['${request.body.action}', '{"action":"ping"}', 'ping'],
  ['$request.body.action', '{"action":7}', '7'],
  ['$request.body.message.kind', '{"message":{"kind":"read"}}', 'read'],
  ['$request.body.message.kind', '{"message":{"message":"read"}}', undefined],
  ['$request.body.message.kind', '{"message":"read"}', undefined],
  ['$request.body.action', '{"action":{"ping":1}}', undefined],
  ['$request.body.action', '{"action":null}', undefined],
  ['$request.body.action', '["action"]', undefined],
  ['$request.body.action', '{}', undefined],
  ['$request.body.action', 'ping', undefined],
  ['$request.header.action', '{"action":"ping"}', undefined],
])('by %s the route of %s is %s', (expression, message, route) => {
  expect(routeKeyOf(expression, message)).toBe(route);
});
