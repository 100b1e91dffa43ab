/**
 * Builds a system's tables from their description, all alike: on demand, encrypted, recoverable to any second of the last
 * 35 days. Each table's name, and its stream's ARN if it has one, are stack outputs.
 */
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Stage } from '../stages.ts';
import {
  type Key,
  type KeyAttribute,
  type TableDefinition,
  type TableDefinitions,
  tableName,
} from '../tables/definition.ts';
import { output, pascalCase } from './output.ts';

/** The longest period that DynamoDB offers (PointInTimeRecoverySpecification, DynamoDB API reference). */
const RECOVERY_DAYS = 35;

export function buildTables<Definitions extends TableDefinitions>(
  stack: Stack,
  stage: Stage,
  definitions: Definitions,
): { readonly [Name in keyof Definitions]: Table } {
  const tables = Object.entries(definitions).map(([name, definition]) => [
    name,
    buildTable(stack, stage, `${pascalCase(name)}Table`, definition),
  ]);
  return Object.fromEntries(tables);
}

function buildTable(stack: Stack, stage: Stage, id: string, definition: TableDefinition): Table {
  const table = new Table(stack, id, {
    tableName: tableName(definition, stage),
    ...attributes(definition.key),
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: {
      pointInTimeRecoveryEnabled: true,
      recoveryPeriodInDays: RECOVERY_DAYS,
    },
    deletionProtection: stage.deletionProtection,
    removalPolicy: stage.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    ...(definition.ttl === undefined ? {} : { timeToLiveAttribute: definition.ttl }),
    // Both images, because a processor decides by what changed, and a dead letter holds the whole record.
    ...(definition.stream ? { stream: StreamViewType.NEW_AND_OLD_IMAGES } : {}),
  });
  for (const [indexName, index] of Object.entries(definition.indexes)) {
    table.addGlobalSecondaryIndex({
      indexName,
      ...attributes(index.key),
      projectionType: ProjectionType[index.projection],
    });
  }
  output(stack, `${id}Name`, table.tableName, `Name of the table ${definition.name}`);
  if (table.tableStreamArn) {
    output(stack, `${id}StreamArn`, table.tableStreamArn, `Stream of the table ${definition.name}`);
  }
  return table;
}

function attributes(key: Key): { partitionKey: Attribute; sortKey?: Attribute } {
  const partitionKey = attribute(key.partition);
  return key.sort === undefined ? { partitionKey } : { partitionKey, sortKey: attribute(key.sort) };
}

function attribute(keyAttribute: KeyAttribute): Attribute {
  return typeof keyAttribute === 'string'
    ? { name: keyAttribute, type: AttributeType.STRING }
    : { name: keyAttribute.number, type: AttributeType.NUMBER };
}
