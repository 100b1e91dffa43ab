/** The clients of a system's services: one of each on AWS; on this machine each table is asked on the engine that holds it. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { byEndpoint } from '../../local/engines/by-endpoint.ts';
import { readingEveryName } from '../../shared/dynamodb/every-name.ts';
import type { Clients } from './system.ts';

/** What every client of AWS is made with; where services are is the SDK's own business (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS, …). */
export interface AwsSettings {
  readonly region?: string;
  readonly profile?: string;
}

export function awsClients(settings: AwsSettings, environment: NodeJS.ProcessEnv): Clients {
  const dynamodb = readingEveryName(new DynamoDBClient(settings));
  const streams = readingEveryName(new DynamoDBStreamsClient(settings));
  return {
    // A queue's URL may name a host that only its own machine knows: whoever sets an endpoint means it.
    sqs: new SQSClient({ ...settings, useQueueUrlAsEndpoint: !hasEndpoint(environment, 'SQS') }),
    // Buckets as host names need a name server that knows them.
    s3: new S3Client({ ...settings, forcePathStyle: hasEndpoint(environment, 'S3') }),
    lambda: new LambdaClient(settings),
    cloudWatch: new CloudWatchClient(settings),
    // Made when it is asked for: most commands change nothing, and need not know.
    callerArn: async () => {
      const { Arn: arn = '' } = await new STSClient(settings).send(new GetCallerIdentityCommand({}));
      return arn;
    },
    dynamodb: () => dynamodb,
    streams: () => streams,
  };
}

function hasEndpoint(environment: NodeJS.ProcessEnv, service: string): boolean {
  return Boolean(environment['AWS_ENDPOINT_URL'] || environment[`AWS_ENDPOINT_URL_${service}`]);
}

export interface LocalEndpoints {
  readonly region: string;
  readonly gateway: string;
  readonly sqs: string;
  readonly s3: string;
  /** @throws Problem when the run has no such table */
  dynamodb(table: string): string;
}

/** Engines ask for a signature and check none. */
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export function localClients(endpoints: LocalEndpoints): Clients {
  const settings = { region: endpoints.region, credentials: CREDENTIALS };
  const dynamodb = byEndpoint((endpoint) => readingEveryName(new DynamoDBClient({ ...settings, endpoint })));
  const streams = byEndpoint((endpoint) =>
    readingEveryName(new DynamoDBStreamsClient({ ...settings, endpoint })),
  );
  return {
    sqs: new SQSClient({ ...settings, endpoint: endpoints.sqs, useQueueUrlAsEndpoint: false }),
    s3: new S3Client({ ...settings, endpoint: endpoints.s3, forcePathStyle: true }),
    lambda: new LambdaClient({ ...settings, endpoint: endpoints.gateway }),
    cloudWatch: undefined,
    dynamodb: (table) => dynamodb(endpoints.dynamodb(table)),
    streams: (table) => streams(endpoints.dynamodb(table)),
  };
}
