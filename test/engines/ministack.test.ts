/** The contracts of queue, bucket, sessions and mail on MiniStack, an emulator of AWS that nobody of this project wrote. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { CreateEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import { type Announce, connectBuckets } from '../contracts/bucket/buckets.ts';
import { bucketContract } from '../contracts/bucket-contract.ts';
import { connectMail, mailContract } from '../contracts/mail-contract.ts';
import { connectQueues } from '../contracts/queue/queues.ts';
import { queueContract } from '../contracts/queue-contract.ts';
import { keepsContract } from '../contracts/rule.ts';
import { collectReports, connectSessions } from '../contracts/sessions/sessions.ts';
import { sessionsContract } from '../contracts/sessions-contract.ts';
import { installMiniStack, type RunningMiniStack, startMiniStack } from '../rehearsal/engine/ministack.ts';
import { CREDENTIALS, REGION } from '../rehearsal/engine/place.ts';
import { seen } from '../rehearsal/wait.ts';

let ministack: RunningMiniStack | undefined;
beforeAll(async () => {
  const say = (line: string) => console.error(`test:engines: ${line}`);
  const home = await installMiniStack(process.env, say);
  ministack = await startMiniStack(home, {
    clock: systemClock,
    environment: process.env,
    say,
    port: 0,
    // Nothing here searches or caches.
    searchUrl: 'http://127.0.0.1:1',
    redisUrl: 'redis://127.0.0.1:1',
  });
}, 300_000);
afterAll(() => ministack?.stop());

function engine() {
  if (ministack === undefined) throw new Error('MiniStack is not running');
  return { endpoint: ministack.url, region: REGION };
}

keepsContract('queue', queueContract, 'MiniStack', async () => {
  const port = connectQueues(engine());
  return { port, stop: async () => port.close() };
});

const announce: Announce =
  ({ s3, sqs }) =>
  async (Bucket, prefix, QueueUrl) => {
    const { Attributes: attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              QueueArn: attributes?.['QueueArn'],
              Events: ['s3:ObjectCreated:*'],
              Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix }] } },
            },
          ],
        },
      }),
    );
  };

keepsContract('bucket', bucketContract, 'MiniStack', async () => {
  const port = connectBuckets(engine(), announce);
  return { port, stop: async () => port.close() };
});

keepsContract('sessions', sessionsContract, 'MiniStack', async () => {
  const { endpoint } = engine();
  const reports = await collectReports();
  const apiId = await deployApi(endpoint, reports.url);
  const path = `${new URL(endpoint).host}/_aws/execute-api/${apiId}/${STAGE}`;
  const port = connectSessions({
    webSocketUrl: `ws://${path}`,
    connectionsUrl: `http://${path}`,
    reports,
  });
  return { port, stop: async () => port.close() };
});

keepsContract('mail', mailContract, 'MiniStack', async () => {
  const { endpoint } = engine();
  const client = connectMail(endpoint);
  await client.send(new CreateEmailIdentityCommand({ EmailIdentity: 'no-reply@example.com' }));
  return {
    port: {
      client,
      from: 'Market <no-reply@example.com>',
      async sent() {
        const answer = await fetch(`${endpoint}/_ministack/ses/messages`);
        const { messages } = (await answer.json()) as { messages: Record<string, KeptMail[]> };
        return Object.values(messages)
          .flat()
          .map(({ MessageId, Source, To, Subject, BodyText, BodyHtml }) => ({
            messageId: MessageId,
            from: Source,
            to: To,
            subject: Subject,
            text: BodyText,
            html: BodyHtml,
          }));
      },
    },
    stop: async () => client.destroy(),
  };
});

interface KeptMail {
  readonly MessageId: string;
  readonly Source: string;
  readonly To: readonly string[];
  readonly Subject: string;
  readonly BodyText?: string;
  readonly BodyHtml?: string;
}

const STAGE = 'contract';

/** A WebSocket API with one function behind all of its routes. @returns its id */
async function deployApi(endpoint: string, reports: string): Promise<string> {
  const code = readFileSync(join(import.meta.dirname, '../contracts/sessions/function.cjs'), 'utf8');
  const api = { Ref: 'Api' };
  const connections = { 'Fn::Join': ['', [`${endpoint}/_aws/execute-api/`, api, `/${STAGE}`]] };
  const routes = ['$connect', '$default', '$disconnect'].map((RouteKey, index) => [
    `Route${index}`,
    {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: api,
        RouteKey,
        AuthorizationType: 'NONE',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
      },
    },
  ]);
  const template = {
    Resources: {
      Api: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Name: 'contract',
          ProtocolType: 'WEBSOCKET',
          RouteSelectionExpression: '$request.body.action',
        },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
            ],
          },
        },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Code: { ZipFile: code },
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Environment: { Variables: { REPORTS: reports, CONNECTIONS: connections } },
        },
      },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: api,
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: {
            'Fn::Join': [
              '',
              [
                `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/`,
                { 'Fn::GetAtt': ['Function', 'Arn'] },
                '/invocations',
              ],
            ],
          },
        },
      },
      ...Object.fromEntries(routes),
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: api, StageName: STAGE, AutoDeploy: true },
      },
    },
    Outputs: { ApiId: { Value: api } },
  };
  const client = new CloudFormationClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  try {
    await client.send(
      new CreateStackCommand({
        StackName: 'contract',
        TemplateBody: JSON.stringify(template),
        Capabilities: ['CAPABILITY_IAM'],
      }),
    );
    const outputs = await seen(systemClock, 'the WebSocket API of the contract', async () => {
      const { Stacks: [stack] = [] } = await client.send(
        new DescribeStacksCommand({ StackName: 'contract' }),
      );
      if (/FAILED|ROLLBACK/.test(stack?.StackStatus ?? ''))
        throw new Error(`MiniStack: ${stack?.StackStatusReason ?? stack?.StackStatus}`);
      return stack?.StackStatus === 'CREATE_COMPLETE' && stack.Outputs;
    });
    return outputs.find(({ OutputKey }) => OutputKey === 'ApiId')?.OutputValue ?? '';
  } finally {
    client.destroy();
  }
}
