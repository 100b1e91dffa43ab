/**
 * What a mapping is told to do: the properties of the Lambda API (CloudFormation uses the same names) with the API's
 * ranges and defaults, refused with the API's errors. Ranges: docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
 * and API_CreateEventSourceMapping; error texts recorded on AWS unless a comment says otherwise.
 */
import { compileFilters, type RecordFilter } from './filters.ts';
import { invalidParameter, MappingError } from './mapping-error.ts';
import { type PropertyReader, propertyReader } from './properties.ts';

export type Destination = {
  readonly service: 'sqs' | 'sns' | 's3';
  readonly arn: string;
  /** FIFO destinations are accepted and then refuse every delivery (dg/monitoring-metrics-types, DestinationDeliveryFailures). */
  readonly fifo: boolean;
};

export interface MappingConfig {
  readonly uuid: string;
  /** With the alias or version the mapping invokes; on-failure bodies carry it. */
  readonly functionArn: string;
  readonly eventSourceArn: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly enabled: boolean;
  /** Records, 1 to 10,000. */
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly parallelizationFactor: number;
  readonly bisectBatchOnFunctionError: boolean;
  /** Absent: no limit but the record's age. */
  readonly maximumRetryAttempts: number | undefined;
  /** Absent: no limit but the stream's retention. */
  readonly maximumRecordAgeMs: number | undefined;
  readonly reportBatchItemFailures: boolean;
  /** True for a record that the function gets; absent: every record. */
  readonly filter: RecordFilter | undefined;
  readonly onFailure: Destination | undefined;
}

/** What `parseMapping` takes where the properties are silent, because CloudFormation knows them by other means. */
export interface MappingDefaults {
  readonly uuid?: string;
  readonly functionArn?: string;
  readonly eventSourceArn?: string;
  /** 5; up to 10 with a raised quota (dg/invocation-eventfiltering). */
  readonly filterQuota?: number;
}

const NIL_UUID = '00000000-0000-4000-8000-000000000000';
const ANY_STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/simulated/stream/2026-01-01T00:00:00.000';

/** Properties this simulator reads, and those of the API that say nothing about a DynamoDB stream's deliveries. */
const KNOWN = new Set(
  `UUID FunctionArn FunctionName EventSourceArn StartingPosition StartingPositionTimestamp Enabled BatchSize
  MaximumBatchingWindowInSeconds ParallelizationFactor BisectBatchOnFunctionError MaximumRetryAttempts
  MaximumRecordAgeInSeconds FunctionResponseTypes FilterCriteria DestinationConfig TumblingWindowInSeconds ScalingConfig
  ProvisionedPollerConfig MetricsConfig KMSKeyArn KmsKeyArn Tags EventSourceMappingArn State StateTransitionReason
  LastModified LastProcessingResult FilterCriteriaError Topics Queues SourceAccessConfigurations SelfManagedEventSource
  AmazonManagedKafkaEventSourceConfig SelfManagedKafkaEventSourceConfig DocumentDBEventSourceConfig LoggingConfig`.split(
    /\s+/,
  ),
);

/**
 * Checks a mapping's properties and puts defaults where they are silent.
 *
 * @throws MappingError with AWS's error name and text
 */
export function parseMapping(properties: unknown, defaults: MappingDefaults = {}): MappingConfig {
  const { reader, check } = propertyReader(properties);
  for (const name of Object.keys(properties as object)) {
    if (!KNOWN.has(name))
      throw new MappingError('ParamValidation', `Unknown parameter in input: "${name}"`, didYouMean(name));
  }
  const batchSize = reader.whole('BatchSize', { min: 1, max: 10_000, default: 100 });
  const windowS = reader.whole('MaximumBatchingWindowInSeconds', { min: 0, max: 300, default: 0 });
  const parallelizationFactor = reader.whole('ParallelizationFactor', { min: 1, max: 10, default: 1 });
  const retries = reader.whole('MaximumRetryAttempts', { min: -1, max: 10_000, default: -1 });
  const ageS = reader.whole('MaximumRecordAgeInSeconds', { min: -1, max: 604_800, default: -1 });
  const tumblingS = reader.whole('TumblingWindowInSeconds', { min: 0, max: 900, default: 0 });
  const enabled = reader.flag('Enabled', true);
  const bisectBatchOnFunctionError = reader.flag('BisectBatchOnFunctionError', false);
  const reportBatchItemFailures = readResponseTypes(reader);
  const position = readStartingPosition(reader);
  readMetrics(reader);
  const patterns = readPatterns(reader);
  check();

  const eventSourceArn = reader.text('EventSourceArn') ?? defaults.eventSourceArn ?? ANY_STREAM;
  if (!/^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/[^/]+\/stream\/.+$/.test(eventSourceArn))
    throw invalidParameter(
      'Unrecognized event source.',
      `EventSourceArn ${eventSourceArn} is no DynamoDB stream`,
    );
  if (position === 'AT_TIMESTAMP')
    throw invalidParameter(`Unsupported starting position for arn type: ${eventSourceArn}`);
  if (ageS !== -1 && ageS < 60)
    throw invalidParameter(
      'MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)',
    );
  for (const name of ['ScalingConfig', 'ProvisionedPollerConfig']) {
    // ProvisionedPollerConfig: not recorded, worded as ScalingConfig's refusal is.
    if (reader.has(name))
      throw invalidParameter(`Unsupported ${name} parameter for given event source mapping type.`);
  }
  const quota = defaults.filterQuota ?? 5;
  if (patterns.length > quota)
    throw invalidParameter(
      `FilterCriteria has ${patterns.length} filters; the quota is ${quota}.`,
      'AWS raises the quota to 10 on request',
    );
  if (tumblingS > 0)
    throw new MappingError(
      'NotSimulated',
      `TumblingWindowInSeconds is ${tumblingS}: tumbling windows are not simulated; leave it out or set it to 0`,
    );
  return {
    uuid: reader.text('UUID') ?? defaults.uuid ?? NIL_UUID,
    functionArn: functionArnOf(reader, defaults, eventSourceArn),
    eventSourceArn,
    startingPosition: position,
    enabled,
    batchSize,
    batchingWindowMs: windowS * 1000,
    parallelizationFactor,
    bisectBatchOnFunctionError,
    maximumRetryAttempts: retries === -1 ? undefined : retries,
    maximumRecordAgeMs: ageS === -1 ? undefined : ageS * 1000,
    reportBatchItemFailures,
    filter: compileFilters(patterns),
    onFailure: readDestination(reader),
  };
}

function readResponseTypes(reader: PropertyReader): boolean {
  const types = reader.texts('FunctionResponseTypes');
  const shown = `[${types.join(', ')}]`;
  if (types.some((type) => type !== 'ReportBatchItemFailures'))
    reader.violated(
      'FunctionResponseTypes',
      shown,
      'Member must satisfy constraint: [Member must satisfy enum value set: [ReportBatchItemFailures], Member must not be null]',
    );
  else if (types.length > 1)
    reader.violated('FunctionResponseTypes', shown, 'Member must have length less than or equal to 1');
  return types.length > 0;
}

function readStartingPosition(reader: PropertyReader): 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP' {
  const position = reader.text('StartingPosition') ?? 'TRIM_HORIZON';
  if (position === 'TRIM_HORIZON' || position === 'LATEST' || position === 'AT_TIMESTAMP') return position;
  reader.violated(
    'StartingPosition',
    position,
    'Member must satisfy enum value set: [LATEST, TRIM_HORIZON, AT_TIMESTAMP]',
  );
  return 'TRIM_HORIZON';
}

function readMetrics(reader: PropertyReader): void {
  const metrics = reader.object('MetricsConfig');
  const names = metrics?.texts('Metrics') ?? [];
  if (names.some((name) => name !== 'EventCount' && name !== 'ErrorCount' && name !== 'KafkaMetrics'))
    metrics?.violated(
      'Metrics',
      `[${names.join(', ')}]`,
      'Member must satisfy constraint: [Member must satisfy enum value set: [EventCount, ErrorCount, KafkaMetrics], Member must not be null]',
    );
}

function readPatterns(reader: PropertyReader): readonly string[] {
  const filters = reader.object('FilterCriteria')?.objects('Filters') ?? [];
  return filters.map((filter) => {
    const pattern = filter.text('Pattern') ?? '';
    if (pattern.length > 4096)
      filter.violated('Pattern', pattern, 'Member must have length less than or equal to 4096');
    return pattern;
  });
}

function readDestination(reader: PropertyReader): Destination | undefined {
  const config = reader.object('DestinationConfig');
  if (config?.object('OnSuccess')?.text('Destination'))
    throw invalidParameter('OnSuccess configuration is not supported for event source mappings.');
  const arn = config?.object('OnFailure')?.text('Destination');
  if (!arn) return undefined;
  const service = /^arn:[^:]+:(sqs|sns|s3):/.exec(arn)?.[1];
  // The text for another kind of destination was not recorded.
  if (service !== 'sqs' && service !== 'sns' && service !== 's3')
    throw invalidParameter(
      `The provided destination config DestinationConfig.OnFailure.Destination ${arn} is not supported.`,
      'for a DynamoDB stream it is the ARN of an SQS queue, an SNS topic or an S3 bucket',
    );
  return { service, arn, fifo: service !== 's3' && arn.endsWith('.fifo') };
}

/** FunctionName may be `name`, `name:alias`, `account:function:name` or the ARN (API_CreateEventSourceMapping). */
function functionArnOf(reader: PropertyReader, defaults: MappingDefaults, streamArn: string): string {
  const given =
    reader.text('FunctionArn') ?? defaults.functionArn ?? reader.text('FunctionName') ?? 'simulated';
  if (given.startsWith('arn:')) return given;
  const [, partition = 'aws', , region = 'us-east-1', account = '000000000000'] = streamArn.split(':');
  const name = given.includes(':function:') ? given.slice(given.indexOf(':function:') + 10) : given;
  const owner = given.includes(':function:') ? given.slice(0, given.indexOf(':function:')) : account;
  return `arn:${partition}:lambda:${region}:${owner}:function:${name}`;
}

function didYouMean(name: string): string | undefined {
  const near = [...KNOWN].find((known) => known.toLowerCase() === name.toLowerCase());
  return near === undefined ? undefined : `did you mean ${near}?`;
}
