/** What this project needs of DynamoDB and its streams, asked by the shipped code wherever it asks, and what AWS refuses that must not pass elsewhere. */
import type { Contract } from './rule.ts';
import { batchRules, statementRules } from './tables/batches.ts';
import { conditionRules, expressionRules } from './tables/conditions.ts';
import { definitionRules } from './tables/definitions.ts';
import { queryRules, scanRules } from './tables/reads.ts';
import { iteratorRules, shardRules } from './tables/stream-reading.ts';
import { recordRules } from './tables/stream-records.ts';
import type { Tables } from './tables/tables.ts';
import { transactionRules } from './tables/transactions.ts';
import { limitRules, valueRules } from './tables/values.ts';

export const tablesContract: Contract<Tables> = {
  conditions: conditionRules,
  expressions: expressionRules,
  statements: statementRules,
  batches: batchRules,
  transactions: transactionRules,
  queries: queryRules,
  scans: scanRules,
  values: valueRules,
  limits: limitRules,
  definitions: definitionRules,
  'records of a stream': recordRules,
  'shards of a stream': shardRules,
  'iterators of a stream': iteratorRules,
};
