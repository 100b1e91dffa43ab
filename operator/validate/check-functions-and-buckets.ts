/** Holds functions and buckets of a deployed stage against the template. Reads only; what may not be asked is left out, and said. */
import { GetFunctionConcurrencyCommand, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import {
  GetBucketEncryptionCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { lineOf } from '../../local/problem.ts';
import type { System } from '../system/system.ts';
import {
  type BucketProperties,
  bucketOfTemplate,
  DEFAULT_ENCRYPTION,
  describeBucket,
  type LiveBucket,
} from './bucket-description.ts';
import type { Checked } from './check.ts';
import { type Description, differences } from './field-differences.ts';
import { type FunctionProperties, functionOfLive, functionOfTemplate } from './function-description.ts';

/** @throws what Lambda answers, e.g. that there is no such function */
export async function checkFunction(
  { clients: { lambda }, processors }: System,
  what: string,
  name: string,
  given: Readonly<Record<string, unknown>>,
): Promise<Checked> {
  const properties = given as FunctionProperties;
  const live = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
  const unchecked: string[] = [];
  const concurrency = await asked('reserved concurrency of functions', unchecked, async () => {
    const answer = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: name }));
    return answer.ReservedConcurrentExecutions ?? ('none' as const);
  });
  const wiring = processors.find(({ functionName }) => functionName === name);
  const template = functionOfTemplate(properties);
  const found = functionOfLive(live, concurrency ?? 'none', properties, wiring);
  return {
    compared: [what],
    differences: differences(
      what,
      ...(concurrency === undefined ? withoutConcurrency(template, found) : ([template, found] as const)),
    ),
    unchecked,
  };
}

function withoutConcurrency(template: Description, live: Description): readonly [Description, Description] {
  const { reservedConcurrency: _wanted, ...rest } = template;
  const { reservedConcurrency: _found, ...others } = live;
  return [rest, others];
}

/** @throws what S3 answers where there is no such bucket */
export async function checkBucket(
  { clients: { s3 }, processors, region, accountId }: System,
  what: string,
  bucket: string,
  given: Readonly<Record<string, unknown>>,
): Promise<Checked> {
  const unchecked: string[] = [];
  const Bucket = bucket;
  const [versioning, encryption, publicAccess, notifications] = await Promise.all([
    asked('versioning of buckets', unchecked, async () => {
      const { Status: status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
      return status ?? 'off';
    }),
    asked('encryption of buckets', unchecked, async () => {
      const answer = await s3
        .send(new GetBucketEncryptionCommand({ Bucket }))
        .catch(absentAs('NotFoundError', undefined));
      const [rule] = answer?.ServerSideEncryptionConfiguration?.Rules ?? [];
      return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? DEFAULT_ENCRYPTION;
    }),
    asked('public access to buckets', unchecked, async () => {
      const answer = await s3
        .send(new GetPublicAccessBlockCommand({ Bucket }))
        .catch(absentAs('NoSuchPublicAccessBlock', undefined));
      return answer?.PublicAccessBlockConfiguration ?? {};
    }),
    asked('notifications of buckets', unchecked, async () => {
      const answer = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
      return (answer.QueueConfigurations ?? []).map(
        ({ QueueArn: queueArn = '', Events: events = [], Filter: filter }) => ({
          queueArn,
          events,
          rules: filter?.Key?.FilterRules ?? [],
        }),
      );
    }),
  ]);
  const owner = processors.find(({ failureBucket }) => failureBucket === bucket);
  const queueArn = owner && `arn:aws:sqs:${region}:${accountId}:${owner.queueUrl.split('/').at(-1)}`;
  const live: LiveBucket = {
    ...(versioning === undefined ? {} : { versioning }),
    ...(encryption === undefined ? {} : { encryption }),
    ...(publicAccess === undefined ? {} : { publicAccess }),
    ...(notifications === undefined ? {} : { notifications }),
  };
  const found = describeBucket(live);
  const template = describeBucket(bucketOfTemplate(given as BucketProperties, queueArn));
  const comparable = Object.fromEntries(Object.keys(found).map((field) => [field, template[field]]));
  return { compared: [what], differences: differences(what, comparable, found), unchecked };
}

/** Undefined where it may not be asked. @throws where the thing itself is missing */
async function asked<T>(field: string, unchecked: string[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'NoSuchBucket' || name === 'ResourceNotFoundException') throw error;
    unchecked.push(`${field}: ${name || lineOf(error)}`);
    return undefined;
  }
}

/** For S3's way of saying that nothing was set. */
const absentAs =
  <T>(part: string, value: T) =>
  (error: unknown): T => {
    if (error instanceof Error && error.name.includes(part)) return value;
    throw error;
  };
