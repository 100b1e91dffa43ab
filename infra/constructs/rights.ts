/**
 * Rights in the project's own words, each as narrow as what the code does: one function here for every way in which
 * `shared/` and `processors/` use a table.
 *
 * Actions and condition keys: Service Authorization Reference, DynamoDB; DynamoDB developer guide, "specifying-conditions",
 * "ql-iam" (PartiQL), "transaction-apis-iam".
 */
import { Arn, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { SystemTable } from './tables.ts';

/** `shared/dynamodb/read-items.ts`: items by their keys. */
export function mayReadItems(...tables: readonly SystemTable[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:BatchGetItem'],
    resources: tables.map(({ tableArn }) => tableArn),
  });
}

/** Reads the indexes named here, and not the table through them. */
export function mayQueryIndexes(table: SystemTable, ...indexes: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:Query'],
    resources: indexes.map((index) => table.indexArn(index)),
  });
}

/** PartiQL's SELECT on an index, for named partitions: one that would read the whole index is refused. */
export function maySelectFromIndex(table: SystemTable, index: string): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:PartiQLSelect'],
    resources: [table.indexArn(index)],
    conditions: { BoolIfExists: { 'dynamodb:FullTableScan': ['false'] } },
  });
}

/** Actions on items whose partition key begins with `prefix`, and on no others of the table. */
export function mayUseItems(
  tableArn: string,
  prefix: string,
  ...actions: readonly string[]
): PolicyStatement {
  return new PolicyStatement({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${prefix}*`] } },
  });
}

/**
 * Reads a table through, but of its items only the attributes named here. Whoever asks must name them too: a request that leaves
 * it open reads all of them (developer guide, "specifying-conditions": `dynamodb:Attributes` with `dynamodb:Select`).
 */
export function mayScanAttributes(tableArn: string, ...attributes: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:Scan'],
    resources: [tableArn],
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': [...attributes] },
      StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    },
  });
}

/** Changes items that exist or makes them, as a part of transactions only. */
export function mayUpdateInTransactions(...tables: readonly SystemTable[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:UpdateItem'],
    resources: tables.map(({ tableArn }) => tableArn),
    conditions: { 'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] } },
  });
}

/** `shared/idempotency`: every key of ours begins like this; the booking API's keys stay out of reach. */
const CLAIMS_PREFIX = 'streamkeeper#';

export function mayClaim(tableArn: string): PolicyStatement {
  return mayUseItems(
    tableArn,
    CLAIMS_PREFIX,
    'BatchGetItem',
    'PartiQLDelete',
    'PartiQLInsert',
    'PartiQLUpdate',
  );
}

/**
 * Of a table that another stack makes, by the name it has in the stage. Not an export: an export would keep the other stack
 * from ever changing the table.
 */
export function tableArnOf(stack: Stack, tableName: string): string {
  return Arn.format({ service: 'dynamodb', resource: 'table', resourceName: tableName }, stack);
}
