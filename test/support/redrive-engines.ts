/** The engines of systems for tests of what operators do with dead letters, and the shipped functions behind the gateway's Invoke. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startAwsServices } from '../../local/engines/aws-services.ts';
import { startDynoxide } from '../../local/engines/dynamodb.ts';
import { startGateway } from '../../local/gateway/index.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { REGION } from './operator-process.ts';
import { type InvokedEvent, newWorld, type RedriveWorld } from './redrive-world.ts';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface RedriveEngines {
  /** For another process's clients. */
  readonly endpoints: {
    readonly aws: string;
    readonly lambda: string;
    readonly dynamodb: string;
    readonly dynamodbRegion: string;
  };
  world(): Promise<RedriveWorld>;
  close(): Promise<void>;
}

/** Linux x64 only; see `embeddedDynamoDb`. */
export async function startRedriveEngines(): Promise<RedriveEngines> {
  const folder = await mkdtemp(join(tmpdir(), 'streamkeeper-redrive-'));
  const dynamodb = await startDynoxide({
    system: 'tests',
    file: join(folder, 'db'),
    port: 0,
    clock: systemClock,
  });
  const aws = await startAwsServices({ region: REGION, port: 0, warn: () => {} });
  const functions = new Map<string, (event: InvokedEvent) => Promise<unknown>>();
  const gateway = await startGateway({
    clock: systemClock,
    warn: () => {},
    async invoke(name, payload) {
      try {
        const run = functions.get(name);
        return run && { kind: 'returned', payload: await run(JSON.parse(payload)) };
      } catch (error) {
        return {
          kind: 'error',
          errorType: error instanceof Error ? error.name : 'Error',
          errorMessage: 'it failed',
        };
      }
    },
  });
  const settings = { region: REGION, credentials: CREDENTIALS, endpoint: aws.endpoint };
  const clients = {
    sqs: () => new SQSClient({ ...settings, useQueueUrlAsEndpoint: false }),
    s3: () => new S3Client({ ...settings, forcePathStyle: true }),
    lambda: () => new LambdaClient({ ...settings, endpoint: gateway.url }),
  };
  const tables = new DynamoDBClient({ ...settings, region: dynamodb.region, endpoint: dynamodb.endpoint });
  const engines = { clients, tables, functions, endpoint: aws.endpoint };
  return {
    endpoints: {
      aws: aws.endpoint,
      lambda: gateway.url,
      dynamodb: dynamodb.endpoint,
      dynamodbRegion: dynamodb.region,
    },
    world: () => newWorld(engines),
    async close() {
      await gateway.close();
      await aws.stop();
      tables.destroy();
      await dynamodb.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
