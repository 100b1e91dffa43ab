/** One running system as the operator's commands see it: a deployed stage, or the run on this machine. Found, never typed in. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';

export interface System {
  /** `local`, or the stage's name. */
  readonly stage: string;
  /** What is shown before anything is changed, e.g. `prod in 123456789012, ap-south-1`. */
  readonly title: string;
  /** True: changes must be confirmed by typing the stage's name. */
  readonly production: boolean;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly stacks: readonly StackFacts[];
  readonly processors: readonly ProcessorFacts[];
  readonly tables: readonly TableFacts[];
  /** Undefined where no stack of the stage has a search domain. */
  readonly search: SearchFacts | undefined;
  /** Undefined where no stack of the stage has a cache. */
  readonly cache: CacheFacts | undefined;
  /** `wss://…` or `ws://…`; undefined where no stack of the stage has a WebSocket API. */
  readonly webSocketUrl: string | undefined;
  /** `http://host:port` of the run on this machine, which also answers `/local/status`; undefined for a deployed stage. */
  readonly gatewayUrl: string | undefined;
  /** Where the audit trail is kept by default; undefined where the stage has no such place. */
  readonly audit: AuditPlace | undefined;
  readonly clients: Clients;
}

export interface StackFacts {
  readonly name: string;
  /** By the keys of `infra/constructs/output.ts`. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface TableFacts {
  /** As the infrastructure calls it, e.g. `products`, `priceHistory`; unique in its stack only. */
  readonly role: string;
  readonly stack: string;
  readonly name: string;
  /** Undefined for a table without a stream. */
  readonly streamArn: string | undefined;
}

export interface SearchFacts {
  /** URL. */
  readonly endpoint: string;
  readonly alias: string;
}

export interface CacheFacts {
  /** Reached only from its own network, but for the run on this machine. */
  readonly url: string;
}

export interface AuditPlace {
  readonly bucket: string;
}

/** What a processor consists of, from the stack's outputs. */
export interface ProcessorFacts {
  readonly name: string;
  readonly functionName: string;
  readonly queueUrl: string;
  readonly failureBucket: string;
  /** Creates what the processor writes to, if that is done apart, e.g. the search index. */
  readonly setUpFunctionName: string | undefined;
  /** Its own table's mapping first. */
  readonly mappings: readonly MappingFacts[];
}

export interface MappingFacts {
  /** UUID of the event source mapping. */
  readonly id: string;
  /** Tells several mappings of one processor apart; empty for its own table's. */
  readonly word: string;
  readonly table: string;
  readonly streamArn: string;
}

/** Each table may live on an engine of its own on this machine; on AWS the clients are the same for all. */
export interface Clients {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly lambda: LambdaClient;
  /** Undefined on this machine, where no metrics are collected. */
  readonly cloudWatch: CloudWatchClient | undefined;
  /** The ARN of whoever's credentials these are; absent on this machine, where they are nobody's. */
  readonly callerArn?: () => Promise<string>;
  dynamodb(table: string): DynamoDBClient;
  streams(table: string): DynamoDBStreamsClient;
}
