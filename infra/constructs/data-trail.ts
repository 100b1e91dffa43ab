/**
 * Who read or wrote what: CloudTrail's data events of all tables of a stage, and of its failure buckets, in a bucket that nobody
 * can write to but CloudTrail, with digests that show if a file was changed.
 *
 * CloudTrail user guide, "Logging data events" (advanced event selectors), "create-s3-bucket-policy-for-cloudtrail".
 */
import { Arn, Aws, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ALL_TABLES } from '../settings/tables.ts';
import type { Stage } from '../stages.ts';
import { tableName } from '../tables/definition.ts';
import { failureBucketPrefix } from './dead-letters.ts';
import { logBucket } from './log-bucket.ts';
import { output } from './output.ts';
import { tableArnOf } from './rights.ts';

export class DataTrail extends Construct {
  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    const stack = Stack.of(this);
    const trailName = `streamkeeper-${stage.name}`;
    const bucket = logBucket(this, 'Bucket', stage, 'with digests');
    const ofThisTrail = {
      'aws:SourceArn': Arn.format(
        { service: 'cloudtrail', resource: 'trail', resourceName: trailName },
        stack,
      ),
    };
    for (const [action, resource] of [
      ['s3:GetBucketAcl', bucket.bucketArn],
      ['s3:PutObject', bucket.arnForObjects(`AWSLogs/${Aws.ACCOUNT_ID}/*`)],
    ] as const) {
      bucket.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
          actions: [action],
          resources: [resource],
          conditions: { StringEquals: ofThisTrail },
        }),
      );
    }
    const trail = new CfnTrail(this, 'Trail', {
      trailName,
      s3BucketName: bucket.bucketName,
      isLogging: true,
      enableLogFileValidation: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
      advancedEventSelectors: [
        {
          name: 'Tables',
          fieldSelectors: [
            { field: 'eventCategory', equalTo: ['Data'] },
            { field: 'resources.type', equalTo: ['AWS::DynamoDB::Table'] },
            {
              field: 'resources.ARN',
              equalTo: ALL_TABLES.map((definition) => tableArnOf(stack, tableName(definition, stage))),
            },
          ],
        },
        {
          name: 'Failure buckets',
          fieldSelectors: [
            { field: 'eventCategory', equalTo: ['Data'] },
            { field: 'resources.type', equalTo: ['AWS::S3::Object'] },
            {
              field: 'resources.ARN',
              startsWith: [`arn:${Aws.PARTITION}:s3:::${failureBucketPrefix(stage)}`],
            },
          ],
        },
      ],
    });
    // CloudTrail looks whether it may write when the trail is made.
    trail.node.addDependency(bucket.node.findChild('Policy'));
    output(this, 'TrailBucketName', bucket.bucketName, 'Who read or wrote the tables');
  }
}
