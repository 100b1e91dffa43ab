/**
 * Where the operator's commands write down what they did: one bucket per stage, encrypted, TLS only. It holds who, when, which command
 * and each record's key and outcome, never a record, so it may be kept longer than letters are. Nobody overwrites an entry unseen.
 */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { acknowledge } from './acknowledge.ts';
import { output } from './output.ts';

/** Thirteen months: what was done in a season can be read in the next. */
const RETENTION = Duration.days(400);

export class AuditTrail extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // An entry that somebody writes over or deletes stays as an earlier version.
      versioned: true,
      lifecycleRules: [
        {
          expiration: RETENTION,
          noncurrentVersionExpiration: RETENTION,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: stage.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(
      this.bucket,
      'S1',
      'It is a log itself, versioned; a log of who read it would need a bucket of its own.',
    );
    output(this, 'AuditBucketName', this.bucket.bucketName, 'What the operators of this stage did');
  }
}
