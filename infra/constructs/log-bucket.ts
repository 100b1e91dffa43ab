/**
 * A bucket that holds who did what, for thirteen months: encrypted, TLS only, nothing public, and what somebody writes over or deletes
 * stays as an earlier version. A log of who read it would need a bucket of its own.
 */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { acknowledge } from './acknowledge.ts';

/** What was done in a season can be read in the next. */
const RETENTION = Duration.days(400);

/** @param isProtectedBy what shows that an entry was changed, e.g. `versioned` */
export function logBucket(scope: Construct, id: string, stage: Stage, isProtectedBy: string): Bucket {
  const bucket = new Bucket(scope, id, {
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
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
    bucket,
    'S1',
    `It is a log itself, ${isProtectedBy}; a log of who read it would need a bucket of its own.`,
  );
  return bucket;
}
