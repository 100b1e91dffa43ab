/**
 * The access log of the WebSocket API: codes, times and ids, one line per event. Neither headers, which carry tokens, nor
 * messages, nor addresses. Variables: API Gateway developer guide, "apigateway-websocket-api-logging".
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import type { CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { acknowledge } from './acknowledge.ts';

const VARIABLES = {
  requestId: 'requestId',
  requestTime: 'requestTime',
  eventType: 'eventType',
  routeKey: 'routeKey',
  connectionId: 'connectionId',
  status: 'status',
  errorType: 'error.responseType',
  authorizerStatus: 'authorizer.status',
  integrationStatus: 'integration.status',
  integrationLatency: 'integrationLatency',
} as const;

/** API Gateway accepts a role only if it may write to any log group. */
const PUSH_TO_LOGS = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs';

export class AccessLogs extends Construct {
  readonly settings: CfnStage.AccessLogSettingsProperty;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    const group = new LogGroup(this, 'Group', {
      logGroupName: `streamkeeper-${stage.name}-connections-access`,
      retention: stage.logRetentionDays,
      removalPolicy: stage.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const line = Object.entries(VARIABLES).map(([name, variable]) => [name, `$context.${variable}`]);
    this.settings = { destinationArn: group.logGroupArn, format: JSON.stringify(Object.fromEntries(line)) };
    if (stage.webSocket.setLogRole) this.setLogRole();
  }

  /** Of the account and region, both of which outlive the stack: other APIs may log by it then. */
  private setLogRole(): void {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(PUSH_TO_LOGS)],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledge(
      role,
      `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${PUSH_TO_LOGS}]`,
      'API Gateway takes the role only if it may write to any log group, which is what this policy says.',
    );
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}
