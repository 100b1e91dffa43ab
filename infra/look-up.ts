/** Asks DynamoDB what a stage's existing tables are like. Everything else works from what is written down of the answer. */
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { factsSchema, type TableFacts } from './settings/table-facts.ts';
import { ALL_TABLES, tableExists } from './settings/tables.ts';
import type { Stage } from './stages.ts';
import { tableName } from './tables/definition.ts';

type Client = Pick<DynamoDBClient, 'send'>;

/**
 * @returns the facts by the tables' names in settings
 * @throws Error with one line when the stage has no existing tables, or one of them is not there
 */
export async function lookUp(stage: Stage, client: Client): Promise<Record<string, TableFacts>> {
  const existing = ALL_TABLES.filter((definition) => tableExists(stage, definition));
  if (existing.length === 0) {
    throw new Error(
      `stage ${stage.name} makes its own tables; set tables: 'existing' in infra/stages.ts to attach to some`,
    );
  }
  const found: [string, TableFacts][] = [];
  for (const definition of existing) {
    found.push([definition.name, await factsOf(client, tableName(definition, stage))]);
  }
  return Object.fromEntries(found);
}

async function factsOf(client: Client, name: string): Promise<TableFacts> {
  try {
    const { Table: table = {} } = await client.send(new DescribeTableCommand({ TableName: name }));
    const { TimeToLiveDescription: ttl } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: name }),
    );
    const expires = ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING';
    return factsSchema.parse({
      arn: table.TableArn,
      ...streamOf(table),
      key: keyOf(table, table.KeySchema),
      indexes: Object.fromEntries(
        (table.GlobalSecondaryIndexes ?? []).map((index) => [
          index.IndexName,
          { key: keyOf(table, index.KeySchema), projection: index.Projection?.ProjectionType },
        ]),
      ),
      ...(expires ? { ttl: ttl.AttributeName } : {}),
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') {
      throw new Error(
        `table ${name}: is not in this account and region; say AWS_PROFILE and AWS_REGION, or give its name in tableNames`,
      );
    }
    throw new Error(`table ${name}: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** `LatestStreamArn` outlives a stream that was switched off. */
function streamOf({ StreamSpecification: specification, LatestStreamArn: arn }: TableDescription) {
  if (specification?.StreamEnabled !== true) return {};
  return { stream: { arn, viewType: specification.StreamViewType } };
}

function keyOf(
  { AttributeDefinitions: definitions = [] }: TableDescription,
  schema: readonly KeySchemaElement[] = [],
) {
  const types = new Map(definitions.map((each) => [each.AttributeName, each.AttributeType]));
  const inOrder = ['HASH', 'RANGE'].flatMap((role) => schema.filter(({ KeyType }) => KeyType === role));
  return inOrder.map(({ AttributeName: name }) => {
    const type = types.get(name) ?? 'S';
    return type === 'S' ? name : `${name}:${type}`;
  });
}
