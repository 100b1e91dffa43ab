import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { upgradeProblem } from './refuse-upgrade.ts';

const handshake = {
  upgrade: 'websocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
};
const statusOf = (url: string, headers: object = {}, method = 'GET') =>
  upgradeProblem({ url, method, headers: { ...handshake, ...headers } } as IncomingMessage, 'dev')?.status;

test.each<[string, string, object]>([
  ['of the stage', '/dev', {}],
  ['of the stage, with a slash and a query', '/dev/?token=x', {}],
  ['that spells the upgrade otherwise', '/dev', { upgrade: 'WebSocket' }],
  ['that offers protocols', '/dev', { 'sec-websocket-protocol': 'one, two' }],
])('a handshake %s goes on', (_, url, headers) => {
  expect(statusOf(url, headers)).toBeUndefined();
});

test.each<[string, string, object, number]>([
  ['for another stage', '/prod', {}, 403],
  ['for a stage that begins alike', '/development', {}, 403],
  ['for a place within the stage', '/dev/more', {}, 403],
  ['with a URL over 4,096 characters', `/dev?${'x'.repeat(4_092)}`, {}, 414],
  ['without a key', '/dev', { 'sec-websocket-key': undefined }, 400],
  ['with a key of another length', '/dev', { 'sec-websocket-key': 'eA==' }, 400],
  ['of another version', '/dev', { 'sec-websocket-version': '8' }, 400],
  ['of a protocol that is no token', '/dev', { 'sec-websocket-protocol': 'one two' }, 400],
  ['of one protocol twice', '/dev', { 'sec-websocket-protocol': 'one, one' }, 400],
])('a handshake %s is refused, for the library would refuse it after $connect', (_, url, headers, status) => {
  expect(statusOf(url, headers)).toBe(status);
});

test('a URL of 4,096 characters is taken, and a POST is no handshake', () => {
  expect(statusOf(`/dev?${'x'.repeat(4_091)}`)).toBeUndefined();
  expect(statusOf('/dev', {}, 'POST')).toBe(400);
});
