import { expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { assemblyOf, stackOf } from './builders.ts';
import { systemReader } from './system.ts';

const account = { region: 'here', accountId: '000000000000' };
const facts = {
  streamArns: new Map<string, string>(),
  sqsEndpoint: 'http://127.0.0.1:9324',
  searchHost: '',
  cache: { host: '127.0.0.1', port: 6379 },
  userPool: { id: 'here_Pool', clientId: 'client' },
};
const ref = (name: string) => ({ Ref: name });
const uri = (name: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:aws:apigateway:',
      ref('AWS::Region'),
      ':lambda:path/2015-03-31/functions/',
      { 'Fn::GetAtt': [name, 'Arn'] },
      '/invocations',
    ],
  ],
});
const part = (kind: string, properties: Record<string, unknown>) => ({
  Type: `AWS::ApiGatewayV2::${kind}`,
  Properties: { ApiId: ref('Api'), ...properties },
});
const api = {
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'push', ProtocolType: 'WEBSOCKET' } },
  Stage: part('Stage', { StageName: 'dev' }),
  Talk: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'talk' } },
  Gate: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'gate' } },
  Integration: part('Integration', { IntegrationUri: uri('Talk') }),
  Authorizer: part('Authorizer', { AuthorizerUri: uri('Gate') }),
  Connect: part('Route', {
    RouteKey: '$connect',
    AuthorizerId: ref('Authorizer'),
    Target: { 'Fn::Join': ['/', ['integrations', ref('Integration')]] },
  }),
  Default: part('Route', {
    RouteKey: '$default',
    Target: { 'Fn::Join': ['/', ['integrations', ref('Integration')]] },
  }),
};
const read = (resources: Parameters<typeof stackOf>[0]) =>
  systemReader(assemblyOf(stackOf(resources)), account, facts).webSocketApi();

test('the functions behind the routes, the authorizer and the stage are those of the template', () => {
  expect(read(api)).toEqual({
    apiId: expect.stringMatching(/^[a-z0-9]{10}$/),
    stage: 'dev',
    routes: { $connect: 'talk', $default: 'talk' },
    authorizer: 'gate',
    routeSelectionExpression: '$request.body.action',
  });
});

test('a template without a WebSocket API has none', () => {
  const http = { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'web', ProtocolType: 'HTTP' } };
  expect(read({ Api: http })).toBeUndefined();
});

test.each([
  [
    'a second WebSocket API',
    { ...api, Other: { ...api.Api, Properties: { ...api.Api.Properties, Name: 'b' } } },
  ],
  ['a WebSocket API without a stage', { Api: api.Api }],
  [
    'a route without an integration',
    { ...api, Default: part('Route', { RouteKey: '$default', Target: 'x' }) },
  ],
])('%s is refused', (_, resources) => {
  expect(() => read(resources)).toThrow(Problem);
});
