/**
 * The one topic that a stage's alarms report to: its own, encrypted and TLS only, or the one that the stage names. It is found by
 * its name, so that no stack holds another back.
 *
 * CloudWatch user guide, "Using Amazon CloudWatch alarms" (encrypted topics); SNS developer guide, "sns-key-management".
 */
import { Arn, Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnSubscription, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';

/** Of the topic that alarms report to, whoever made it. */
export function alarmTopicArn(scope: Construct, stage: Stage): string {
  return stage.alarms.topicArn ?? Arn.format({ service: 'sns', resource: topicName(stage) }, Stack.of(scope));
}

const topicName = (stage: Stage) => `streamkeeper-${stage.name}-alarms`;

export class AlarmTopic extends Construct {
  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    // CloudWatch cannot use the key that AWS manages for SNS: its policy lets nobody else in.
    const key = new Key(this, 'Key', {
      description: `Alarms of streamkeeper, stage ${stage.name}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    const alarmsOfThisStage = {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      ArnLike: {
        'aws:SourceArn': Arn.format(
          { service: 'cloudwatch', resource: `alarm:streamkeeper-${stage.name}-*` },
          Stack.of(this),
        ),
      },
    };
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: alarmsOfThisStage,
      }),
    );
    const topic = new Topic(this, 'Topic', {
      topicName: topicName(stage),
      displayName: `Streamkeeper ${stage.name}`,
      masterKey: key,
    });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: alarmsOfThisStage,
      }),
    );
    topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    for (const [index, endpoint] of stage.alarms.emails.entries()) {
      new CfnSubscription(this, `Email${index + 1}`, {
        topicArn: topic.topicArn,
        protocol: 'email',
        endpoint,
      });
    }
  }
}
