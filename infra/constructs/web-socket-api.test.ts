/** The WebSocket API: nobody gets in without the authorizer, no other API invokes its functions, no token is logged. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { EkBharathStack } from '../stacks/ek-bharath-stack.ts';
import { type Stage, stageOf } from '../stages.ts';
import { resource, resources, templatesOf } from '../testing.ts';
import { inWords } from '../testing-rights.ts';

const dev = templatesOf('dev').ekBharath;
const prod = templatesOf('prod').ekBharath;
const opened = resource(dev, 'AWS::ApiGatewayV2::Stage');
const words = (value: unknown) => inWords(dev, value);

function ekBharathOf(stage: Stage): Template {
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    context: { 'aws:cdk:bundling-stacks': [] },
  });
  return Template.fromStack(new EkBharathStack(app, stage));
}

test('messages are told apart by their action', () => {
  expect(resource(dev, 'AWS::ApiGatewayV2::Api').Properties).toMatchObject({
    ProtocolType: 'WEBSOCKET',
    RouteSelectionExpression: '$request.body.action',
  });
});

test('connecting passes the authorizer, which looks for the token itself', () => {
  const gate = resource(dev, 'AWS::ApiGatewayV2::Authorizer');
  expect(gate.Properties).toMatchObject({ AuthorizerType: 'REQUEST' });
  for (const absent of ['IdentitySource', 'AuthorizerResultTtlInSeconds'])
    expect(gate.Properties).not.toHaveProperty(absent);
  expect(words(gate.Properties['AuthorizerUri'])).toBe(
    'arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ConnectionsAuthorizerFunction.Arn/invocations',
  );
  const routes = Object.values(resources(dev, 'AWS::ApiGatewayV2::Route')).map(({ Properties: route }) => [
    route['RouteKey'],
    route['AuthorizationType'],
    route['AuthorizerId'],
    words(route['Target']),
  ]);
  const target = 'integrations/WebSocketIntegration';
  expect(routes).toEqual([
    ['$connect', 'CUSTOM', { Ref: gate.id }, target],
    ['$default', 'NONE', undefined, target],
    ['$disconnect', 'NONE', undefined, target],
  ]);
});

test('all routes lead to the connections function', () => {
  const { Properties: integration } = resource(dev, 'AWS::ApiGatewayV2::Integration');
  expect(integration['IntegrationType']).toBe('AWS_PROXY');
  expect(words(integration['IntegrationUri'])).toContain('functions/ConnectionsRoutesFunction.Arn/');
});

test('each function may be invoked from its own place in this API only', () => {
  const permissions = Object.values(resources(dev, 'AWS::Lambda::Permission')).map(({ Properties }) => {
    expect(Properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    });
    return `${words(Properties['FunctionName'])} ${words(Properties['SourceArn'])}`;
  });
  const place = 'arn:aws:execute-api:REGION:ACCOUNT:WebSocketApi';
  expect(permissions.sort()).toEqual([
    `ConnectionsAuthorizerFunction.Arn ${place}/authorizers/WebSocketAuthorizer`,
    `ConnectionsRoutesFunction.Arn ${place}/dev/$connect`,
    `ConnectionsRoutesFunction.Arn ${place}/dev/$default`,
    `ConnectionsRoutesFunction.Arn ${place}/dev/$disconnect`,
  ]);
});

test('the stage deploys itself once its routes are there, and is throttled', () => {
  expect(opened.Properties).toMatchObject({
    StageName: 'dev',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
  });
  expect(opened.DependsOn).toEqual(
    expect.arrayContaining(Object.keys(resources(dev, 'AWS::ApiGatewayV2::Route'))),
  );
});

test('logs hold codes and ids: no header, no message, no address, no user', () => {
  for (const template of [dev, prod]) {
    const { Properties: stage } = resource(template, 'AWS::ApiGatewayV2::Stage');
    expect(stage['DefaultRouteSettings']).toMatchObject({ DataTraceEnabled: false, LoggingLevel: 'OFF' });
    const { Format: format } = stage['AccessLogSettings'] as { Format: string };
    expect(Object.keys(JSON.parse(format))).toContain('requestId');
    expect(format).not.toMatch(/header|body|identity|principalId|messageString|error\.message|\$input/i);
  }
});

test("API Gateway's role for logs outlives the stack; a stage may leave the account's as it is", () => {
  for (const type of ['AWS::ApiGateway::Account', 'AWS::IAM::Role']) {
    expect(resource(dev, type, 'AccessLogs').DeletionPolicy).toBe('Retain');
  }
  const stage = stageOf('dev');
  const kept = ekBharathOf({ ...stage, webSocket: { ...stage.webSocket, setLogRole: false } });
  expect(resources(kept, 'AWS::ApiGateway::Account')).toEqual({});
});

test('clients and functions find it by the outputs', () => {
  const host = 'WebSocketApi.execute-api.REGION.amazonaws.com/dev';
  const outputs = dev.toJSON()['Outputs'] as Record<string, { Value: unknown }>;
  expect(words(outputs['WebSocketUrl']?.Value)).toBe(`wss://${host}`);
  expect(words(outputs['WebSocketConnectionsUrl']?.Value)).toBe(`https://${host}/@connections`);
});

test('a stage without a user pool gets one that nobody can sign up to', () => {
  expect(resource(dev, 'AWS::Cognito::UserPool').Properties).toMatchObject({
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
  });
  expect(resource(dev, 'AWS::Cognito::UserPoolClient').Properties).toMatchObject({ GenerateSecret: false });
  expect(resource(prod, 'AWS::Cognito::UserPool')).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: { DeletionProtection: 'ACTIVE' },
  });
});

test("a stage that names its app's user pool takes tokens of that one, and makes none", () => {
  const stage = stageOf('dev');
  const userPool = { id: 'ap-south-1_Example', clientId: 'exampleclient' };
  const template = ekBharathOf({ ...stage, webSocket: { ...stage.webSocket, userPool } });
  expect(resources(template, 'AWS::Cognito::UserPool')).toEqual({});
  expect(resource(template, 'AWS::Lambda::Function', 'ConnectionsAuthorizer').Properties).toMatchObject({
    Environment: { Variables: { USER_POOL_ID: userPool.id, USER_POOL_CLIENT_ID: userPool.clientId } },
  });
});

test('an event without the answer of the authorizer gets somebody up, and errors are seen', () => {
  const alarms = Object.values(resources(dev, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
  const alarm = (name: string) =>
    alarms.find(({ AlarmName }) => AlarmName === `streamkeeper-dev-connections${name}`);
  expect(alarm('-unauthorized-page')).toMatchObject({
    Namespace: 'Streamkeeper',
    MetricName: 'Connections.Unauthorized',
    Dimensions: [{ Name: 'service', Value: 'connections' }],
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  });
  for (const name of ['-errors-warn', '-authorizer-errors-warn'])
    expect(alarm(name)).toMatchObject({ MetricName: 'Errors' });
});
