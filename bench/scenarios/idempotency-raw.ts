/** The engine's own limit: the statements of idempotency serialised beforehand and sent without an SDK. */
import { Agent, request } from 'node:http';
import { WINDOW_S } from '../../shared/idempotency/once.ts';
import { systemClock } from '../../shared/time/clock.ts';
import type { Target, Way } from './idempotency-ways.ts';

const STATEMENTS = 25;
const IN_FLIGHT = 8;

export function raw({ endpoint, tableName }: Target): Way {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  let sent = 0;
  const sendAll = async (operation: string, bodies: readonly Buffer[]) => {
    const waiting = [...bodies];
    const lane = async () => {
      for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
        sent++;
        await post(agent, endpoint, operation, body);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  };
  return {
    name: 'raw limit',
    prepare(eventIds) {
      const ttl = `${Math.round(systemClock.now() / 1000) + WINDOW_S}`;
      const keys = eventIds.map((eventId) => `streamkeeper#raw#${eventId}`);
      const claim = '{"status":"INPROGRESS","claim":"raw","owner":"raw","untilMs":0}';
      const done = '{"status":"COMPLETED","claim":"raw","data":{"kind":"applied"}}';
      const statements = (of: (key: string) => object) =>
        chunk(keys, STATEMENTS).map((some) => Buffer.from(JSON.stringify({ Statements: some.map(of) })));
      const inserts = statements((key) => ({
        Statement: `INSERT INTO "${tableName}" VALUE {'idempotencyKey': ?, 'result': ?, 'ttl': ?}`,
        Parameters: [{ S: key }, { S: claim }, { N: ttl }],
      }));
      const updates = statements((key) => ({
        Statement: `UPDATE "${tableName}" SET "result" = ? WHERE "idempotencyKey" = ? AND "result" = ?`,
        Parameters: [{ S: done }, { S: key }, { S: claim }],
      }));
      const reads = chunk(keys, 100).map((some) => {
        const Keys = some.map((key) => ({ idempotencyKey: { S: key } }));
        return Buffer.from(JSON.stringify({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }));
      });
      return {
        async deliver() {
          await sendAll('BatchExecuteStatement', inserts);
          await sendAll('BatchExecuteStatement', updates);
        },
        async redeliver() {
          await sendAll('BatchExecuteStatement', inserts);
          await sendAll('BatchGetItem', reads);
        },
      };
    },
    requests: () => sent,
    close: () => agent.destroy(),
  };
}

function post(agent: Agent, endpoint: string, operation: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(endpoint, {
      agent,
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'content-length': body.length,
        'x-amz-date': '20260101T000000Z',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        authorization:
          'AWS4-HMAC-SHA256 Credential=local/20260101/dynoxide/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
      },
    });
    outgoing.on('response', (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${operation} answered ${response.statusCode}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function chunk<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < all.length; from += size) chunks.push(all.slice(from, from + size));
  return chunks;
}
