/**
 * Claims in the marketplace's idempotency table as it is (`idempotencyKey`, `result`, `ttl`): 25 conditional writes to a request,
 * each with its own answer.
 *
 * PartiQL is the only batch of DynamoDB whose statements have conditions and fail one by one (API reference,
 * BatchExecuteStatement). INSERT is "put if absent"; a non-key condition in WHERE is a condition on the write, and a
 * DELETE of what is not there succeeds (developer guide, "PartiQL update statements", "PartiQL delete statements"). A statement changes one attribute, since the grammar there and engines differ on more.
 */
import {
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  type BatchStatementResponse,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { itemReader } from '../dynamodb/read-items.ts';
import type { ClaimTable, StoredClaim, Write, Written } from './claim-table.ts';

/** API reference, BatchExecuteStatement and BatchGetItem. */
const LIMITS = { writes: 25, reads: 100 };

export function dynamodbClaimTable(client: DynamoDBClient, tableName: string): ClaimTable {
  const statement = statements(tableName);
  const readItems = itemReader(client, tableName);

  async function write(writes: readonly Write[], signal: AbortSignal): Promise<readonly Written[]> {
    const request = new BatchExecuteStatementCommand({ Statements: writes.map(statement) });
    try {
      const { Responses = [] } = await client.send(request, { abortSignal: signal });
      return writes.map((_, index) => written(Responses[index]));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ValidationException') throw error;
      return refusedAsAWhole(writes, signal);
    }
  }

  /** Nothing was written: one statement the service cannot read refuses the call. Halved until that one is alone. */
  async function refusedAsAWhole(writes: readonly Write[], signal: AbortSignal): Promise<readonly Written[]> {
    if (writes.length <= 1) return writes.map(() => ({ kind: 'refused', code: 'ValidationException' }));
    const middle = Math.ceil(writes.length / 2);
    return [
      ...(await write(writes.slice(0, middle), signal)),
      ...(await write(writes.slice(middle), signal)),
    ];
  }

  return {
    limits: LIMITS,
    write,
    async read(keys, signal) {
      const items = await readItems(
        keys.map((idempotencyKey) => ({ idempotencyKey })),
        signal,
      );
      return items.map((item): StoredClaim | undefined =>
        item === undefined ? undefined : { state: String(item.result), ttl: Number(item.ttl) },
      );
    },
  };
}

function statements(tableName: string): (write: Write) => BatchStatementRequest {
  const table = `"${tableName}"`;
  const insert = `INSERT INTO ${table} VALUE {'idempotencyKey': ?, 'result': ?, 'ttl': ?}`;
  const replace = `UPDATE ${table} SET "result" = ? WHERE "idempotencyKey" = ? AND "result" = ?`;
  const remove = `DELETE FROM ${table} WHERE "idempotencyKey" = ? AND "result" = ?`;
  return (write) => {
    switch (write.kind) {
      case 'insert':
        return {
          Statement: insert,
          Parameters: [{ S: write.key }, { S: write.state }, { N: `${write.ttl}` }],
        };
      case 'replace':
        return { Statement: replace, Parameters: [{ S: write.state }, { S: write.key }, { S: write.from }] };
      case 'delete':
        return { Statement: remove, Parameters: [{ S: write.key }, { S: write.from }] };
    }
  };
}

function written(response: BatchStatementResponse | undefined): Written {
  if (response === undefined) return { kind: 'refused', code: 'NoResponse' };
  if (response.Error === undefined) return { kind: 'done' };
  switch (response.Error.Code) {
    case 'DuplicateItem':
    case 'ConditionalCheckFailed':
      return { kind: 'unmet' };
    default:
      return { kind: 'refused', code: response.Error.Code ?? 'NoCode' };
  }
}
