/**
 * One processor on one table's stream: its function, the event source mapping, the dead letters and the alarms, with settings
 * under which no record is lost. `processors/<name>/handler.ts` is what it runs; everything has a safe default.
 */
import { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping, type CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IDependable } from 'constructs';
import type { Stage } from '../stages.ts';
import { BIG_LETTERS_PREFIX, DeadLetters, MAPPING_FAILURES_PREFIX } from './dead-letters.ts';
import {
  attemptsForOutage,
  MAXIMUM_RECORD_AGE_SECONDS,
  type MappingProperties,
  mappingFaults,
  RESERVE_SECONDS,
} from './mapping-settings.ts';
import { NodeFunction } from './node-function.ts';
import { output, pascalCase } from './output.ts';
import { processorAlarms } from './processor-alarms.ts';

export interface StreamProcessorProps {
  readonly stage: Stage;
  /** Lower case with dashes: the folder in `processors/`, and the first word of the stack outputs. */
  readonly name: string;
  /** The table whose stream it follows. The processor may read its items, and those of no other table. */
  readonly table: Table;
  /** Added to what every processor gets: DEAD_LETTER_QUEUE_URL, FAILURE_BUCKET and the telemetry's names. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Seconds. A longer one holds a failing batch longer per attempt and needs fewer attempts.
   *
   * @default 60
   */
  readonly timeoutSeconds?: number;
  /**
   * MiB. CPU comes in proportion; a 6 MB event with both its images and its bulk fits into 512.
   *
   * @default 512
   */
  readonly memoryMb?: number;
  /** Departures from the defaults in `mappingDefaults`, in CloudFormation's own names. An unsafe one fails the synthesis. */
  readonly mapping?: MappingProperties;
}

export class StreamProcessor extends Construct {
  readonly role: Role;
  readonly letters: DeadLetters;
  readonly mapping: CfnEventSourceMapping;

  constructor(scope: Construct, id: string, props: StreamProcessorProps) {
    super(scope, id);
    const timeoutSeconds = props.timeoutSeconds ?? 60;
    const streamArn = streamOf(props);
    this.letters = new DeadLetters(this, 'DeadLetters', props);
    const { bucket, queue } = this.letters;

    const code = new NodeFunction(this, 'Processor', {
      stage: props.stage,
      name: props.name,
      entry: `processors/${props.name}/handler.ts`,
      description: `Carries out what changes on a table's stream mean: processor ${props.name}`,
      timeoutSeconds,
      memoryMb: props.memoryMb ?? 512,
      environment: {
        DEAD_LETTER_QUEUE_URL: queue.queueUrl,
        FAILURE_BUCKET: bucket.bucketName,
        POWERTOOLS_SERVICE_NAME: props.name,
        POWERTOOLS_METRICS_NAMESPACE: 'Streamkeeper',
        ...props.environment,
      },
    });
    this.role = code.role;
    for (const statement of this.rights(props.table, streamArn)) this.role.addToPolicy(statement);

    const times = { timeoutSeconds, reserveSeconds: RESERVE_SECONDS };
    this.mapping = new CfnEventSourceMapping(this, 'Mapping', {
      functionName: code.function.functionName,
      eventSourceArn: streamArn,
      ...mappingDefaults(bucket.bucketArn, attemptsForOutage(times)),
    });
    for (const [name, value] of Object.entries(props.mapping ?? {}))
      this.mapping.addPropertyOverride(name, value);
    // What will be deployed is checked, not what was asked for: an escape hatch does not get around it.
    this.node.addValidation({
      validate: () => {
        const timeout = (code.function.node.defaultChild as CfnFunction).timeout ?? timeoutSeconds;
        return mappingFaults(this.rendered(), { ...times, timeoutSeconds: timeout });
      },
    });

    processorAlarms(this, {
      name: `streamkeeper-${props.stage.name}-${props.name}`,
      function: code.function,
      mappingId: this.mapping.ref,
      queue,
      timeoutSeconds,
      ...(props.stage.alarmTopicArn === undefined
        ? {}
        : { topic: Topic.fromTopicArn(this, 'AlarmTopic', props.stage.alarmTopicArn) }),
    });
    this.outputs(props.name, code.function.functionName);
  }

  /** No record is processed before `dependency` exists. */
  startsAfter(dependency: IDependable): void {
    this.mapping.node.addDependency(dependency);
  }

  /** All that the function may do here; what its stores need, their constructs grant. */
  private rights(table: Table, streamArn: string): PolicyStatement[] {
    const { bucket, queue } = this.letters;
    return [
      new PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [streamArn],
      }),
      // Has no resource to be limited to (Service Authorization Reference, DynamoDB).
      new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }),
      // The table is the truth: where order cannot be proven, the item is read.
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem'],
        resources: [table.tableArn],
      }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
      // Lambda writes the mapping's failures with the function's role, and asks whether the bucket is there. CDK's
      // S3OnFailureDestination would also let it read and delete every object.
      new PolicyStatement({
        actions: ['s3:PutObject'],
        resources: [
          bucket.arnForObjects(`${MAPPING_FAILURES_PREFIX}*`),
          bucket.arnForObjects(`${BIG_LETTERS_PREFIX}*`),
        ],
      }),
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
    ];
  }

  private rendered(): MappingProperties {
    const stack = Stack.of(this);
    const template = stack.resolve(this.mapping._toCloudFormation()) as {
      Resources: Record<string, { Properties: MappingProperties }>;
    };
    return template.Resources[stack.resolve(this.mapping.logicalId)]?.Properties ?? {};
  }

  private outputs(name: string, functionName: string): void {
    const stack = Stack.of(this);
    const { bucket, queue } = this.letters;
    const prefix = pascalCase(name);
    output(stack, `${prefix}FunctionName`, functionName, `Function of the processor ${name}`);
    output(stack, `${prefix}MappingId`, this.mapping.ref, `Event source mapping of the processor ${name}`);
    output(stack, `${prefix}DeadLetterQueueUrl`, queue.queueUrl, `Dead letters of the processor ${name}`);
    output(stack, `${prefix}FailureBucketName`, bucket.bucketName, `Big letters of the processor ${name}`);
  }
}

function mappingDefaults(failureBucketArn: string, maximumRetryAttempts: number) {
  return {
    // The oldest record there is: LATEST skips what is written while a mapping is made or changed.
    startingPosition: 'TRIM_HORIZON',
    // Full batches make cheap bulks. AWS advises a window with more than 10, and accepts none (recorded on AWS).
    batchSize: 1000,
    // Invoke as soon as there is anything: the lowest lag. A backlog fills the batches by itself.
    maximumBatchingWindowInSeconds: 0,
    // One batch per shard at a time. Lambda's lanes keep the order of an item, not of what several items belong to (a
    // product's rows, a chat), and the processor is parallel inside a batch anyway.
    parallelizationFactor: 1,
    // A failing record costs the records after it a redelivery, not those before it.
    functionResponseTypes: ['ReportBatchItemFailures'],
    // A crash is narrowed down to the record that causes it; splitting uses up no attempts.
    bisectBatchOnFunctionError: true,
    // Enough to last through an outage of six hours, few enough that a crashing record leaves the shard the same day.
    maximumRetryAttempts,
    // Letters are made well before the stream trims the record.
    maximumRecordAgeInSeconds: MAXIMUM_RECORD_AGE_SECONDS,
    // A bucket, because it gets the records themselves; a queue or topic gets a pointer that dies with the stream's 24 hours.
    destinationConfig: { onFailure: { destination: failureBucketArn } },
    // Off by default; without them nobody learns that events were dropped or that polling stopped.
    metricsConfig: { metrics: ['EventCount'] },
  };
}

function streamOf({ name, table }: StreamProcessorProps): string {
  if (!table.tableStreamArn) {
    throw new Error(`StreamProcessor "${name}": its table has no stream; set stream: true in infra/tables`);
  }
  return table.tableStreamArn;
}
