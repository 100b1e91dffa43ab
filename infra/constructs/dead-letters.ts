/**
 * Where a processor's failed records wait: one queue to watch, and one bucket for records too big for a message. The bucket
 * tells the queue of every new object, so nothing lies unseen. Both are encrypted, TLS only, and forget after 14 days.
 */
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { acknowledge } from './acknowledge.ts';

/** SQS keeps a message for 14 days at most; copies in the bucket expire with them, so no image outlives its letter. */
const RETENTION = Duration.days(14);

/** Lambda writes here what the mapping gives up: `aws/lambda/<mapping>/<shard>/…` (Lambda developer guide, "services-dynamodb-errors"). */
export const MAPPING_FAILURES_PREFIX = 'aws/lambda/';

/** The processor writes here the letters that do not fit into a message. */
export const BIG_LETTERS_PREFIX = 'dead-letters/';

export interface DeadLettersProps {
  readonly stage: Stage;
  /** The processor's name. */
  readonly name: string;
}

export class DeadLetters extends Construct {
  readonly queue: Queue;
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: DeadLettersProps) {
    super(scope, id);
    const removalPolicy = props.stage.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.queue = new Queue(this, 'Queue', {
      queueName: queueName(props.stage, props.name),
      // SSE-SQS: with the KMS key alias/aws/sqs S3 could not send to the queue.
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: RETENTION,
      maxMessageSizeBytes: 1024 * 1024,
      // A redrive holds a letter while the processor works on it: its time-out with room for a second attempt.
      visibilityTimeout: Duration.minutes(5),
      removalPolicy,
    });

    acknowledge(
      this.queue,
      'SQS3',
      'It is the dead-letter queue: what lands here waits for an operator, not for a consumer.',
    );

    const bucketName = failureBucketName(props);
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'FailureBucketAnnouncesItsObjects',
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: {
          // The account too: a bucket's ARN carries none, and a deleted bucket's name is free for anybody.
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnEquals: { 'aws:SourceArn': `arn:${Aws.PARTITION}:s3:::${bucketName}` },
        },
      }),
    );

    this.bucket = new Bucket(this, 'Bucket', {
      bucketName,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: RETENTION, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy,
    });
    acknowledge(
      this.bucket,
      'S1',
      'Objects live for 14 days; server access logs would need a bucket that outlives them. The trail of the stage records access.',
    );
    announceObjects(this.bucket, this.queue);
    // S3 sends a test message when the notification is set up and fails the deployment if the queue refuses it.
    this.bucket.node.addDependency(this.queue.node.findChild('Policy'));
  }
}

/**
 * The bucket's own property rather than CDK's addEventNotification: that one is a custom resource with a function that may
 * change every bucket's notifications, and it is applied after the bucket exists, so early objects would go unannounced.
 */
function announceObjects(bucket: Bucket, queue: Queue): void {
  const template = bucket.node.defaultChild as CfnBucket;
  template.notificationConfiguration = {
    queueConfigurations: [MAPPING_FAILURES_PREFIX, BIG_LETTERS_PREFIX].map((prefix) => ({
      event: 's3:ObjectCreated:*',
      queue: queue.queueArn,
      filter: { s3Key: { rules: [{ name: 'prefix', value: prefix }] } },
    })),
  };
}

/** Known beforehand: alarms and dashboard go by names. */
export function queueName(stage: Stage, processor: string): string {
  return `streamkeeper-${stage.name}-${processor}-letters`;
}

/** What the names of a stage's failure buckets begin with. */
export function failureBucketPrefix(stage: Stage): string {
  return `failures-${stage.name}-`;
}

/**
 * A name known beforehand: the queue's policy names the bucket before the bucket exists, because the bucket cannot be made
 * before the queue lets it in. Bucket names are global, hence account and region; 63 characters at most, hence no more.
 *
 * @throws Error when the processor's name leaves no room
 */
function failureBucketName({ stage, name }: DeadLettersProps): string {
  const fixed = `${failureBucketPrefix(stage)}${name}-`;
  const longest = fixed.length + '123456789012-ap-southeast-1'.length;
  if (longest > 63) {
    throw new Error(
      `StreamProcessor "${name}": its bucket's name could have ${longest} of 63 characters; shorten the name by ${longest - 63}`,
    );
  }
  return `${fixed}${Aws.ACCOUNT_ID}-${Aws.REGION}`;
}
