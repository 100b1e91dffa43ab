/** How every function of this project is built and run: Node 24 on arm64, one ESM file with its source map, its own role, its own log group. */
import { Arn, ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type CfnFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { bundledCode } from './bundle.ts';

/** The subnets that a function's network interfaces lie in, and what they may talk to. */
export interface FunctionNetwork {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface NodeFunctionProps {
  readonly stage: Stage;
  /** The function's name after `streamkeeper-<stage>-`. */
  readonly name: string;
  /** The file that exports `handler`, from the repository's root. */
  readonly entry: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Invocations at once, kept free for it. Left out: the account's limit, shared with all. */
  readonly concurrency?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Left out: it runs in Lambda's own network, with the way to every service. */
  readonly network?: FunctionNetwork;
}

export class NodeFunction extends Construct {
  readonly role: Role;
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.stage.logRetentionDays,
      removalPolicy: props.stage.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // A role of its own instead of AWSLambdaBasicExecutionRole, which may write to every log group of the account.
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    const functionName = `streamkeeper-${props.stage.name}-${props.name}`;
    if (props.network) for (const right of networkRights(this, functionName)) this.role.addToPolicy(right);
    // X-Ray's two actions, and those on network interfaces (Service Authorization Reference, X-Ray and EC2).
    acknowledgeWildcards(
      this,
      'Actions that take no resource: traces, and network interfaces for Lambda itself.',
      '*',
    );
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      description: props.description,
      code: bundledCode(props.entry),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMb,
      role: this.role,
      ...(props.concurrency === undefined ? {} : { reservedConcurrentExecutions: props.concurrency }),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // With it CDK lets the role write traces.
      tracing: Tracing.ACTIVE,
      environment: {
        ...props.environment,
        // The bundle is minified: without this a stack trace names columns of one long line.
        NODE_OPTIONS: '--enable-source-maps',
      },
    });
    if (props.network) {
      (this.function.node.defaultChild as CfnFunction).vpcConfig = {
        subnetIds: [...props.network.subnetIds],
        securityGroupIds: [...props.network.securityGroupIds],
      };
    }
  }
}

/**
 * Lambda makes and removes network interfaces with the function's role, and checks these actions without a resource; the
 * function's own code may not use them (Lambda developer guide, "configuration-vpc").
 */
function networkRights(scope: Construct, functionName: string): PolicyStatement[] {
  const actions = [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ];
  const functionArn = Arn.format(
    {
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    },
    Stack.of(scope),
  );
  return [
    new PolicyStatement({ actions, resources: ['*'] }),
    new PolicyStatement({
      effect: Effect.DENY,
      actions,
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': [functionArn] } },
    }),
  ];
}
