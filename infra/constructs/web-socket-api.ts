/**
 * The WebSocket API that notifications travel over. Every connection passes the authorizer; each route may invoke its function
 * and nothing else may, through this API.
 *
 * CloudFormation template reference, AWS::ApiGatewayV2; API Gateway developer guide, "apigateway-websocket-api".
 */
import { Arn, ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { CfnApi, CfnAuthorizer, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { AccessLogs } from './access-logs.ts';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';
import { output } from './output.ts';

const ROUTES = { $connect: 'Connect', $default: 'Default', $disconnect: 'Disconnect' } as const;

export class WebSocketApi extends Construct {
  /** What a function needs to speak to connections. */
  readonly environment: Readonly<Record<'WEBSOCKET_ENDPOINT', string>>;
  private readonly stage: Stage;
  private readonly api: CfnApi;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.stage = stage;
    this.api = new CfnApi(this, 'Api', {
      name: `streamkeeper-${stage.name}`,
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: '$request.body.action',
    });
    acknowledgeWildcards(
      Stack.of(this),
      "A connection's id is made by API Gateway when it opens: whoever speaks to connections speaks to any of this API.",
      this.connectionsArn('POST'),
      this.connectionsArn('DELETE'),
    );
    const { http, webSocket } = addressOf(this.api.ref, stage);
    this.environment = { WEBSOCKET_ENDPOINT: http };
    output(this, 'WebSocketUrl', webSocket, 'Where clients connect');
    output(this, 'WebSocketConnectionsUrl', `${http}/@connections`, 'Where connections are spoken to');
  }

  /** Says what answers `$connect` (after the authorizer), messages and `$disconnect`, and opens the stage. */
  serve(connections: LambdaFunction, authorizer: LambdaFunction): void {
    const { api, stage } = this;
    // No identity source: API Gateway would compare header names by case. No caching: WebSocket APIs have none.
    const gate = new CfnAuthorizer(this, 'Authorizer', {
      apiId: api.ref,
      name: 'access-token',
      authorizerType: 'REQUEST',
      authorizerUri: invocationUri(authorizer),
    });
    this.permit('AuthorizerPermission', authorizer, `authorizers/${gate.ref}`);
    const integration = new CfnIntegration(this, 'Integration', {
      apiId: api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: invocationUri(connections),
    });
    const logs = new AccessLogs(this, 'AccessLogs', stage);
    const opened = new CfnStage(this, 'Stage', {
      apiId: api.ref,
      stageName: stage.name,
      autoDeploy: true,
      accessLogSettings: logs.settings,
      defaultRouteSettings: {
        throttlingRateLimit: stage.webSocket.requestsPerSecond,
        throttlingBurstLimit: stage.webSocket.burst,
        detailedMetricsEnabled: true,
        // Execution logs quote headers and messages, and with them tokens and what people write.
        dataTraceEnabled: false,
        loggingLevel: 'OFF',
      },
    });
    opened.node.addDependency(logs);
    for (const [routeKey, word] of Object.entries(ROUTES)) {
      const route = new CfnRoute(this, `${word}Route`, {
        apiId: api.ref,
        routeKey,
        target: `integrations/${integration.ref}`,
        // What the authorizer answered at $connect stays with the connection: the other routes cannot have one.
        ...(routeKey === '$connect'
          ? { authorizationType: 'CUSTOM', authorizerId: gate.ref }
          : { authorizationType: 'NONE' }),
      });
      if (routeKey !== '$connect') {
        acknowledge(
          route,
          'APIG4',
          'Only $connect can have an authorizer; its answer stays with the connection.',
        );
      }
      this.permit(`${word}Permission`, connections, `${stage.name}/${routeKey}`);
      // An API without routes cannot be deployed.
      opened.node.addDependency(route);
    }
  }

  /** POST speaks to a connection, DELETE ends it. */
  mayManageConnections(...methods: readonly ('POST' | 'DELETE')[]): PolicyStatement {
    return new PolicyStatement({
      actions: ['execute-api:ManageConnections'],
      resources: methods.map((method) => this.connectionsArn(method)),
    });
  }

  private connectionsArn(method: 'POST' | 'DELETE'): string {
    return this.arnOf(`${this.stage.name}/${method}/@connections/*`);
  }

  private permit(id: string, invoked: LambdaFunction, caller: string): void {
    new CfnPermission(this, id, {
      action: 'lambda:InvokeFunction',
      functionName: invoked.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: this.arnOf(caller),
    });
  }

  private arnOf(path: string): string {
    return Arn.format(
      {
        service: 'execute-api',
        resource: this.api.ref,
        resourceName: path,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      },
      Stack.of(this),
    );
  }
}

/** API Gateway developer guide, "apigateway-how-to-call-websocket-api-connections"; emulators are called by path. */
function addressOf(apiId: string, { name, emulator }: Stage): { http: string; webSocket: string } {
  if (emulator !== undefined) {
    const http = `${emulator.url}/_aws/execute-api/${apiId}/${name}`;
    return { http, webSocket: http.replace(/^http/, 'ws') };
  }
  const address = `${apiId}.execute-api.${Aws.REGION}.amazonaws.com/${name}`;
  return { http: `https://${address}`, webSocket: `wss://${address}` };
}

/** The form in which API Gateway names a function (API reference, CreateIntegration, integrationUri). */
function invocationUri(invoked: LambdaFunction): string {
  return `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}:lambda:path/2015-03-31/functions/${invoked.functionArn}/invocations`;
}
