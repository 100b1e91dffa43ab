/** The ways to carry a batch of product changes into the index that are measured against each other. */
import { Agent, request } from 'node:http';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { type NativeAttributeValue, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { decide } from '../../../processors/products/processor.ts';
import { createSearchClient } from '../../../shared/search/client.ts';
import { decodeRecord } from '../../../shared/stream/decode.ts';
import { streamVersion } from '../../../shared/stream/version.ts';

/** Carries out one batch; what can be made ready before the clock starts is made ready in `prepare`. */
export interface Way {
  prepare(records: readonly DynamoDBRecord[]): () => Promise<void>;
}

export type WayName = 'streamkeeper' | 'stock-parallel' | 'stock-in-order' | 'limit';

export const wayNames: readonly WayName[] = ['streamkeeper', 'stock-parallel', 'stock-in-order', 'limit'];

export async function openWay(name: WayName, endpoint: string, alias: string): Promise<Way> {
  switch (name) {
    case 'streamkeeper':
      return shipped(endpoint, alias);
    case 'stock-parallel':
      return stock(endpoint, alias, true);
    case 'stock-in-order':
      return stock(endpoint, alias, false);
    case 'limit':
      return limit(endpoint, alias);
  }
}

/** The function that is deployed, through the door by which Lambda calls it. */
async function shipped(endpoint: string, alias: string): Promise<Way> {
  Object.assign(process.env, {
    SEARCH_ENDPOINT: endpoint,
    SEARCH_ALIAS: alias,
    SEARCH_SIGNING: 'none',
    PRODUCTS_TABLE: 'ek-bharath-products',
    DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:9/dead-letters',
    FAILURE_BUCKET: 'failures',
    AWS_REGION: 'us-east-1',
    POWERTOOLS_SERVICE_NAME: 'products',
    POWERTOOLS_METRICS_NAMESPACE: 'Streamkeeper',
  });
  const { handler } = await import('../../../processors/products/handler.ts');
  return {
    prepare: (records) => async () => {
      const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };
      const response = await handler({ Records: records }, context);
      if (!('batchItemFailures' in response) || response.batchItemFailures.length > 0)
        throw new Error('unsettled');
    },
  };
}

/** What the documentation of Powertools shows, with one request per record. */
function stock(endpoint: string, alias: string, processInParallel: boolean): Way {
  const client = createSearchClient({ endpoint, signing: 'none' });
  const processor = new BatchProcessor(EventType.DynamoDBStreams);
  const indexRecord = async ({ dynamodb }: DynamoDBRecord) => {
    const item = unmarshall((dynamodb?.NewImage ?? {}) as Parameters<typeof unmarshall>[0]);
    const document = plainDocument(item);
    await client.index({ index: alias, id: document.productId, body: document });
  };
  return {
    prepare: (records) => async () => {
      const event: DynamoDBStreamEvent = { Records: [...records] };
      const options = { context: {} as Context, processInParallel };
      const { batchItemFailures } = await processPartialResponse(event, indexRecord, processor, options);
      if (batchItemFailures.length > 0) throw new Error('unsettled');
    },
  };
}

/** The same document as the shipped way writes, made the plain way. */
function plainDocument(item: Record<string, NativeAttributeValue>) {
  const { pricing, location } = item;
  const [lat, lon] = location?.coordinates ?? [];
  return {
    productId: String(item.PK).slice('PRODUCT#'.length),
    status: item.status,
    vendorId: item.vendor_id,
    title: item.title,
    description: item.description,
    category: item.category,
    subcategory: item.subcategory,
    state: location?.state,
    district: location?.district,
    location: lat === undefined ? undefined : { lat, lon },
    wholesalePrice: pricing?.wholesale?.price,
    wholesaleMinQuantity: pricing?.wholesale?.min_quantity ?? pricing?.wholesale?.min_qty,
    retailPrice: pricing?.retail?.price,
    quantity: item.quantity_available,
    unit: item.unit,
    harvestDate: item.harvest_date,
    expiryDate: item.expiry_date,
    createdAt: item.created_at,
    updatedAt: item.updated_at,
  };
}

/** Records per request of the limit; two requests are in flight, as in the shipped way. */
const LIMIT_CHUNK = 500;

/** Ready bulk requests on bare sockets: what the engine takes from one client if that client does nothing else. */
function limit(endpoint: string, alias: string): Way {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const post = (body: Buffer) =>
    new Promise<void>((resolve, reject) => {
      const url = `${endpoint}/${alias}/_bulk?filter_path=errors`;
      const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length };
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          text === '{"errors":false}' ? resolve() : reject(new Error(text.slice(0, 500))),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  return {
    prepare: (records) => {
      const lines = records.map(bulkLines);
      const chunks: Buffer[] = [];
      for (let from = 0; from < lines.length; from += LIMIT_CHUNK) {
        chunks.push(Buffer.from(lines.slice(from, from + LIMIT_CHUNK).join('')));
      }
      return async () => {
        await Promise.all(chunks.map(post));
      };
    },
  };
}

function bulkLines(record: DynamoDBRecord): string {
  const decoded = decodeRecord(record, 'new');
  const decision = decoded.ok ? decide(decoded.change) : undefined;
  if (!decoded.ok || decision?.kind !== 'effect' || decision.effect.kind !== 'index')
    throw new Error('no document');
  const { eventId, sequenceNumber, keys } = decoded.change;
  const id = String(keys.PK).slice('PRODUCT#'.length);
  const version = streamVersion(sequenceNumber);
  const action = { index: { _id: id, version, version_type: 'external' } };
  return `${JSON.stringify(action)}\n${JSON.stringify({ ...decision.effect.document, eventId })}\n`;
}
