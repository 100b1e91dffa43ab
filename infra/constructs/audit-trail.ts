/**
 * Where the operator's commands write down what they did: one bucket per stage, encrypted, TLS only. It holds who, when, which command
 * and each record's key and outcome, never a record, so it may be kept longer than letters are. Nobody overwrites an entry unseen.
 */
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { logBucket } from './log-bucket.ts';
import { output } from './output.ts';

export class AuditTrail extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.bucket = logBucket(this, 'Bucket', stage, 'versioned');
    output(this, 'AuditBucketName', this.bucket.bucketName, 'What the operators of this stage did');
  }
}
