/** The tables contract on the embedded DynamoDB. */

import { describe } from 'vitest';
import { embeddedDynamoDb } from '../support/idempotency-table.ts';
import { keepsContract } from './rule.ts';
import { startEmbeddedTables } from './tables/embedded.ts';
import { tablesContract } from './tables-contract.ts';

describe.skipIf(!embeddedDynamoDb)('on the embedded DynamoDB (Linux x64)', () => {
  keepsContract('tables and streams', tablesContract, 'dynoxide', startEmbeddedTables);
});
