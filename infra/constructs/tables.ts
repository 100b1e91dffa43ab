/**
 * A system's tables from their description: made, all alike (on demand, encrypted, recoverable to any second of the last 35
 * days), or attached to where the stage says that they exist. Each table's name, and its stream's ARN if it has one, are stack
 * outputs either way.
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
import { tableExists } from '../settings/tables.ts';
import type { Stage } from '../stages.ts';
import {
  type Key,
  type KeyAttribute,
  type TableDefinition,
  type TableDefinitions,
  tableName,
} from '../tables/definition.ts';
import { existingTable } from './existing-table.ts';
import { output, pascalCase } from './output.ts';

/** The longest period that DynamoDB offers (PointInTimeRecoverySpecification, DynamoDB API reference). */
const RECOVERY_DAYS = 35;

/** A table whose stream a processor follows. */
export interface FollowedTable {
  readonly tableName: string;
  readonly tableArn: string;
  /** Absent: it has no stream. */
  readonly tableStreamArn?: string | undefined;
}

/** A table as the stacks use it, whether they make it or not. */
export interface SystemTable extends FollowedTable {
  /** @throws Error when the table exists without this index */
  indexArn(index: string): string;
  /** Said by who writes rows that have to go by themselves. @throws Error when the table exists and keeps them */
  mustExpire(): void;
}

export function buildTables<Definitions extends TableDefinitions>(
  stack: Stack,
  stage: Stage,
  definitions: Definitions,
): { readonly [Name in keyof Definitions]: SystemTable } {
  const tables = Object.entries(definitions).map(([name, definition]) => [
    name,
    systemTable(stack, stage, `${pascalCase(name)}Table`, definition),
  ]);
  return Object.fromEntries(tables);
}

function systemTable(stack: Stack, stage: Stage, id: string, definition: TableDefinition): SystemTable {
  const table = tableExists(stage, definition)
    ? existingTable(
        definition,
        stage.name,
        tableName(definition, stage),
        new Map(Object.entries(stage.tableFacts ?? {})).get(definition.name),
      )
    : newTable(stack, stage, id, definition);
  output(stack, `${id}Name`, table.tableName, `Name of the table ${definition.name}`);
  if (definition.stream && table.tableStreamArn) {
    output(stack, `${id}StreamArn`, table.tableStreamArn, `Stream of the table ${definition.name}`);
  }
  return table;
}

function newTable(stack: Stack, stage: Stage, id: string, definition: TableDefinition): SystemTable {
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
  return {
    tableName: table.tableName,
    tableArn: table.tableArn,
    tableStreamArn: table.tableStreamArn,
    indexArn: (index) => `${table.tableArn}/index/${index}`,
    mustExpire: () => undefined,
  };
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
