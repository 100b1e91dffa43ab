/**
 * One processor on one or more tables' streams: its function, the event source mappings, the dead letters and the alarms, with
 * settings under which no record is lost. `processors/<name>/handler.ts` is what it runs; everything has a safe default.
 */
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct, type IDependable } from 'constructs';
import { settingsOf } from '../settings/streams.ts';
import type { Stage } from '../stages.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { addAlarms } from './alarm.ts';
import { BIG_LETTERS_PREFIX, DeadLetters, MAPPING_FAILURES_PREFIX } from './dead-letters.ts';
import type { MappingProperties } from './mapping-settings.ts';
import { type FunctionNetwork, NodeFunction } from './node-function.ts';
import { output, pascalCase } from './output.ts';
import { mappingRules, processorRules } from './processor-alarms.ts';
import { streamMapping, streamOf } from './stream-mapping.ts';
import type { FollowedTable } from './tables.ts';

export interface StreamProcessorProps {
  readonly stage: Stage;
  /** Lower case with dashes: the folder in `processors/`, and the first word of the stack outputs. */
  readonly name: string;
  /** The table whose stream it follows. */
  readonly table: FollowedTable;
  /** Further tables whose streams it follows, by the word that tells their mappings apart in outputs and alarms. */
  readonly alsoFollows?: Readonly<Record<string, FollowedTable>>;
  /** What it may do beyond reading its streams and writing its letters and its log. */
  readonly rights?: readonly PolicyStatement[];
  /** Added to what every processor gets: DEAD_LETTER_QUEUE_URL, FAILURE_BUCKET, the telemetry's names, NOT_BEFORE of the stage. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Departures from what the stage's settings make of the mapping, in CloudFormation's own names. An unsafe one fails the synthesis. */
  readonly mapping?: MappingProperties;
  /** Where it runs if what it calls is in a network of its own. */
  readonly network?: FunctionNetwork;
}

export class StreamProcessor extends Construct {
  readonly role: Role;
  readonly letters: DeadLetters;
  /** Of its own table first. */
  readonly mappings: readonly [CfnEventSourceMapping, ...CfnEventSourceMapping[]];

  constructor(scope: Construct, id: string, props: StreamProcessorProps) {
    super(scope, id);
    const { stage, name } = props;
    const settings = settingsOf(stage.streams, name);
    const { timeoutSeconds, memoryMb, concurrency } = settings;
    const others = Object.entries(props.alsoFollows ?? {});
    const followed = [props.table, ...others.map(([, table]) => table)];
    this.letters = new DeadLetters(this, 'DeadLetters', props);
    const { bucket, queue } = this.letters;

    const code = new NodeFunction(this, 'Processor', {
      stage,
      name,
      entry: `processors/${name}/handler.ts`,
      description: `Carries out what changes on a table's stream mean: processor ${name}`,
      timeoutSeconds,
      memoryMb,
      ...(concurrency === undefined ? {} : { concurrency }),
      environment: {
        DEAD_LETTER_QUEUE_URL: queue.queueUrl,
        FAILURE_BUCKET: bucket.bucketName,
        POWERTOOLS_SERVICE_NAME: name,
        POWERTOOLS_METRICS_NAMESPACE: 'Streamkeeper',
        ...notBefore(stage, name),
        ...props.environment,
      },
      ...(props.network === undefined ? {} : { network: props.network }),
    });
    this.role = code.role;
    acknowledgeWildcards(
      this,
      'Objects are named by time and chance; the two prefixes say whose they are.',
      ...[MAPPING_FAILURES_PREFIX, BIG_LETTERS_PREFIX].map((prefix) => bucket.arnForObjects(`${prefix}*`)),
    );
    // ListStreams has no resource to be limited to (Service Authorization Reference, DynamoDB).
    acknowledgeWildcards(this, 'dynamodb:ListStreams takes no resource.', '*');
    const rights = this.rights(followed.map((table) => streamOf(name, table)));
    for (const statement of [...rights, ...(props.rights ?? [])]) this.role.addToPolicy(statement);

    const mappingOf = (word: string, table: FollowedTable) => {
      const mapping = streamMapping(this, `${word}Mapping`, {
        function: code.function,
        settings,
        streamArn: streamOf(name, table),
        failureBucketArn: bucket.bucketArn,
        ...(props.mapping === undefined ? {} : { departures: props.mapping }),
      });
      const key = `${pascalCase(name)}${word}Mapping`;
      output(this, `${key}Id`, mapping.ref, `Event source mapping of ${name}`);
      output(this, `${key}TableName`, table.tableName, `Table whose stream the mapping of ${name} reads`);
      return mapping;
    };
    const own = mappingOf('', props.table);
    this.mappings = [own, ...others.map(([word, table]) => mappingOf(pascalCase(word), table))];

    addAlarms(this, stage, name, [...processorRules(stage, name), ...mappingRules(own.ref)]);
    others.forEach(([word], index) => {
      const mapping = this.mappings[index + 1];
      if (mapping) {
        addAlarms(new Construct(this, pascalCase(word)), stage, `${name}-${word}`, mappingRules(mapping.ref));
      }
    });
    this.outputs(pascalCase(name), name, code.function.functionName);
  }

  /** No record is processed before `dependencies` exist. */
  startsAfter(...dependencies: readonly IDependable[]): void {
    for (const mapping of this.mappings) mapping.node.addDependency(...dependencies);
  }

  /** What every processor may do. */
  private rights(streamArns: readonly string[]): PolicyStatement[] {
    const { bucket, queue } = this.letters;
    return [
      new PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [...streamArns],
      }),
      new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }),
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

  private outputs(prefix: string, name: string, functionName: string): void {
    const { bucket, queue } = this.letters;
    output(this, `${prefix}FunctionName`, functionName, `Function of the processor ${name}`);
    output(this, `${prefix}DeadLetterQueueUrl`, queue.queueUrl, `Dead letters of the processor ${name}`);
    output(this, `${prefix}FailureBucketName`, bucket.bucketName, `Big letters of the processor ${name}`);
  }
}

/** Events from before this moment tell nobody anything; see `shared/stream/not-before.ts`. */
function notBefore(stage: Stage, name: string): Record<string, string> {
  const start = new Map(Object.entries(stage.notBefore)).get(name);
  return start === undefined ? {} : { NOT_BEFORE: start };
}
