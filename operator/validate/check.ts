/** Holds a system against its template: tables, mappings, functions, queues, buckets. Reads only. */
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { GetEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { lineOf } from '../../local/problem.ts';
import type { ChosenMapping } from '../mappings/choose.ts';
import type { System } from '../system/system.ts';
import { checkBucket, checkFunction } from './check-functions-and-buckets.ts';
import type { Expectations, Expected } from './expected.ts';
import { type Description, type Difference, differences } from './field-differences.ts';
import { describeMapping, type MappingProperties } from './mapping-description.ts';
import { type LiveExtras, type TableProperties, tableOfLive, tableOfTemplate } from './table-description.ts';

export interface Checked {
  /** What was compared, e.g. `table ek-bharath-bids`. */
  readonly compared: readonly string[];
  readonly differences: readonly Difference[];
  /** What could not be looked at, and why. */
  readonly unchecked: readonly string[];
}

const NOTHING: Checked = { compared: [], differences: [], unchecked: [] };

export async function check(
  system: System,
  mappings: readonly ChosenMapping[],
  { expected, missingStacks }: Expectations,
): Promise<Checked> {
  const checks = [
    ...missingStacks.map((stack) => absent(`stack ${stack}`, 'deployed')),
    ...expected.map((one) => checkOne(system, mappings, one)),
    ...mappings.map((one) => checkStream(system, one)),
  ];
  const all = await Promise.all(checks);
  return {
    compared: [...new Set(all.flatMap(({ compared }) => compared))],
    differences: all.flatMap(({ differences: found }) => found),
    unchecked: [...new Set(all.flatMap(({ unchecked }) => unchecked))],
  };
}

async function checkOne(system: System, mappings: readonly ChosenMapping[], one: Expected): Promise<Checked> {
  const { key, live, stack, type } = one;
  const kind = KINDS[type];
  if (kind === undefined) return NOTHING;
  if (live === undefined) return absent(`stack ${stack}`, `output ${key}`);
  const what = `${kind} ${type === 'AWS::Lambda::EventSourceMapping' ? titleOf(mappings, live) : nameIn(live)}`;
  try {
    switch (type) {
      case 'AWS::DynamoDB::Table':
        return await checkTable(system, what, live, one.properties);
      case 'AWS::Lambda::EventSourceMapping':
        return await checkMapping(system, what, mappings, live, one.properties);
      case 'AWS::SQS::Queue':
        return await checkQueue(system, what, live, one.properties);
      case 'AWS::Lambda::Function':
        return isLocal(system) ? LOCAL_SETTINGS : await checkFunction(system, what, live, one.properties);
      default:
        if (!isLocal(system)) return await checkBucket(system, what, live, one.properties);
        await system.clients.s3.send(new HeadBucketCommand({ Bucket: live }));
        return { ...LOCAL_SETTINGS, compared: [what] };
    }
  } catch (error) {
    if (isMissing(error)) return absent(what, 'there');
    return {
      ...NOTHING,
      unchecked: [`${what}: ${error instanceof Error ? error.name : ''} ${lineOf(error)}`],
    };
  }
}

const isLocal = ({ gatewayUrl }: System) => gatewayUrl !== undefined;

/** Engines of this machine have none of these; the local run takes them from the same template. */
const LOCAL_SETTINGS: Checked = {
  ...NOTHING,
  unchecked: ['settings of functions and buckets: only a deployed stage has them'],
};

const KINDS: Readonly<Record<string, string | undefined>> = {
  'AWS::DynamoDB::Table': 'table',
  'AWS::Lambda::EventSourceMapping': 'mapping',
  'AWS::Lambda::Function': 'function',
  'AWS::SQS::Queue': 'queue',
  'AWS::S3::Bucket': 'bucket',
};

const nameIn = (live: string) => live.split('/').at(-1) ?? live;

const titleOf = (mappings: readonly ChosenMapping[], id: string) =>
  mappings.find(({ mapping }) => mapping.id === id)?.title ?? id;

async function absent(what: string, field: string): Promise<Checked> {
  return { ...NOTHING, compared: [what], differences: [{ what, field, template: 'yes', live: 'no' }] };
}

function isMissing(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return /^(ResourceNotFoundException|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|NoSuchBucket|NotFound)$/.test(
    name,
  );
}

async function checkTable(
  { clients }: System,
  what: string,
  name: string,
  properties: Readonly<Record<string, unknown>>,
): Promise<Checked> {
  const client = clients.dynamodb(name);
  const { Table: table = {} } = await client.send(new DescribeTableCommand({ TableName: name }));
  const unchecked: string[] = [];
  const extras = await extrasOf(client, name, (field, error) => {
    unchecked.push(`${field} of tables: ${error instanceof Error ? error.name : lineOf(error)}`);
  });
  const template = tableOfTemplate(properties as TableProperties);
  return {
    compared: [what],
    differences: differences(what, known(template, extras), known(tableOfLive(table, extras), extras)),
    unchecked,
  };
}

async function extrasOf(
  client: DynamoDBClient,
  name: string,
  onError: (field: string, error: unknown) => void,
): Promise<LiveExtras> {
  const ask = async <T>(field: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      onError(field, error);
      return undefined;
    }
  };
  const timeToLive = await ask('time to live', async () => {
    const answer = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
    const { AttributeName: attribute, TimeToLiveStatus: status } = answer.TimeToLiveDescription ?? {};
    return status === 'ENABLED' || status === 'ENABLING' ? (attribute ?? 'off') : 'off';
  });
  const recovery = await ask('point-in-time recovery', async () => {
    const answer = await client.send(new DescribeContinuousBackupsCommand({ TableName: name }));
    const { PointInTimeRecoveryDescription: described } = answer.ContinuousBackupsDescription ?? {};
    return described?.PointInTimeRecoveryStatus === 'ENABLED' ? 'on' : 'off';
  });
  return { timeToLive, recovery };
}

/** Without the fields that could not be asked for. */
function known(description: Description, extras: LiveExtras): Description {
  const { recovery, timeToLive, ...rest } = description;
  return {
    ...rest,
    ...(extras.recovery === undefined ? {} : { recovery }),
    ...(extras.timeToLive === undefined ? {} : { timeToLive }),
  };
}

async function checkMapping(
  { clients }: System,
  what: string,
  mappings: readonly ChosenMapping[],
  id: string,
  properties: Readonly<Record<string, unknown>>,
): Promise<Checked> {
  const live = await clients.lambda.send(new GetEventSourceMappingCommand({ UUID: id }));
  const chosen = mappings.find(({ mapping }) => mapping.id === id);
  const template = describeMapping(properties as MappingProperties, {
    state: properties['Enabled'] === false ? 'Disabled' : 'Enabled',
    streamArn: chosen?.mapping.streamArn,
    functionName: chosen?.processor.functionName,
    onFailure: chosen && `arn:aws:s3:::${chosen.processor.failureBucket}`,
  });
  const found = describeMapping(live, {
    state: live.State ?? 'unknown',
    streamArn: live.EventSourceArn,
    functionName: live.FunctionArn?.split(':')[6],
    onFailure: live.DestinationConfig?.OnFailure?.Destination,
  });
  return { ...NOTHING, compared: [what], differences: differences(what, template, found) };
}

/** A table that was restored, or whose stream was turned off and on, has a new stream: mappings go on reading the old one, which ends. */
async function checkStream({ clients }: System, { mapping, title }: ChosenMapping): Promise<Checked> {
  const what = `stream of ${title}`;
  try {
    const { Table: table } = await clients
      .dynamodb(mapping.table)
      .send(new DescribeTableCommand({ TableName: mapping.table }));
    const live = { latestStreamOfTable: table?.LatestStreamArn ?? 'off' };
    const template = { latestStreamOfTable: mapping.streamArn };
    return { ...NOTHING, compared: [what], differences: differences(what, template, live) };
  } catch (error) {
    if (isMissing(error)) return absent(`table ${mapping.table}`, 'there');
    return { ...NOTHING, unchecked: [`${what}: ${lineOf(error)}`] };
  }
}

const QUEUE_FIELDS = {
  MessageRetentionPeriod: 'retentionSeconds',
  VisibilityTimeout: 'visibilityTimeoutSeconds',
} as const;

async function checkQueue(
  { clients }: System,
  what: string,
  url: string,
  properties: Readonly<Record<string, unknown>>,
): Promise<Checked> {
  const { Attributes: attributes = {} } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  );
  const names = Object.entries(QUEUE_FIELDS) as [keyof typeof QUEUE_FIELDS, string][];
  const template = names.map(([name, field]) => [field, Number(properties[name])] as const);
  const live = names.map(([name, field]) => [field, Number(attributes[name])] as const);
  return {
    ...NOTHING,
    compared: [what],
    differences: differences(what, Object.fromEntries(template), Object.fromEntries(live)),
  };
}
