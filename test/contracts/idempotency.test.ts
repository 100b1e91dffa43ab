/** The idempotency contract, kept by Powertools' own layer and by the one that coalesces, on the embedded DynamoDB. */
import { describe } from 'vitest';
import { embeddedDynamoDb } from '../support/idempotency-table.ts';
import { idempotencyContract } from './idempotency-contract.ts';
import { idempotencyLayers } from './idempotency-layers.ts';

describe.skipIf(!embeddedDynamoDb)('on the embedded DynamoDB (Linux x64)', () => {
  for (const [name, layerOf] of Object.entries(idempotencyLayers)) idempotencyContract(name, layerOf);
});
