/** The shipped functions of products and bids in one process, over an embedded index and a switchboard: what a redrive's world invokes. */
import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inProcessConnection } from '../../local/search-engine/index.ts';
import { bidsProcessor } from '../../processors/bids/processor.ts';
import { productsProcessor } from '../../processors/products/processor.ts';
import { itemReader } from '../../shared/dynamodb/read-items.ts';
import { createIdempotency } from '../../shared/idempotency/idempotency.ts';
import { createSearchClient } from '../../shared/search/client.ts';
import { type StreamHandler, streamHandler } from '../../shared/stream/handler.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { memoryClaimTable } from './claim-table.ts';
import { letterBox } from './letters.ts';
import { ALIAS, type ProductIndex } from './product-index.ts';
import type { Switchboard } from './switchboard.ts';

const ports = { clock: systemClock, random: () => 0.5, sink: letterBox(), reporter: { report() {} } };

export function productsHandler(index: ProductIndex, tables: DynamoDBClient, table: string): StreamHandler {
  const client = createSearchClient({
    endpoint: 'http://embedded',
    signing: 'none',
    Connection: inProcessConnection(index.engine),
  });
  return streamHandler(
    productsProcessor({ client, alias: ALIAS, readItems: itemReader(tables, table) }),
    ports,
  );
}

export function bidsHandler(board: Switchboard): StreamHandler {
  board.connect({ id: 'vendor-phone', user: 'vendor', since: 0 });
  board.connect({ id: 'buyer-phone', user: 'buyer', since: 0 });
  const claims = createIdempotency({ processor: 'bids', table: memoryClaimTable(), newId: randomUUID });
  const { inbox, sessions, post } = board;
  const processor = bidsProcessor({
    ...claims,
    inbox,
    sessions,
    post,
    languageOfUser: async () => 'english',
    measure: () => {},
  });
  return streamHandler(processor, ports);
}
