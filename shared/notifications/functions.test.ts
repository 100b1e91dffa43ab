/** Both functions as Lambda starts them: from their environment, through the SDK, to a table and a WebSocket API. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bidRecord } from '../../test/support/bid.ts';
import { createIdempotencyTable, IDEMPOTENCY_TABLE } from '../../test/support/idempotency-table.ts';
import {
  embeddedDynamoDb,
  type MarketTables,
  SESSIONS_TABLE,
  startMarketTables,
  USERS_TABLE,
} from '../../test/support/market-tables.ts';
import { messageRecord } from '../../test/support/message.ts';

describe.skipIf(!embeddedDynamoDb)('a function', () => {
  let tables: MarketTables;
  let server: Server;
  const pushed: { readonly path: string | undefined; readonly push: Record<string, unknown> }[] = [];

  const metrics: Record<string, unknown>[] = [];
  const console = vi.spyOn(globalThis.console, 'log');

  beforeAll(async () => {
    tables = await startMarketTables();
    await createIdempotencyTable(tables.client);
    const session = { last_activity: '2026-03-17T03:00:00.000Z', ttl: 4_000_000_000 };
    await tables.put(
      SESSIONS_TABLE,
      { PK: 'SESSION#v1', SK: 'USER#vendor', user_id: 'vendor', ...session },
      { PK: 'SESSION#r1', SK: 'USER#ravi', user_id: 'USER#ravi', language: 'tamil', ...session },
    );
    await tables.put(USERS_TABLE, { PK: 'USER#vendor', SK: 'PROFILE', languages: ['hindi', 'english'] });
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        pushed.push({ path: request.url, push: JSON.parse(Buffer.concat(chunks).toString()) });
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const environment = {
      SESSIONS_TABLE,
      USERS_TABLE,
      IDEMPOTENCY_TABLE,
      WEBSOCKET_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dev`,
      DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:9/queue',
      FAILURE_BUCKET: 'failures',
      NOT_BEFORE: '2020-01-01T00:00:00Z',
      POWERTOOLS_SERVICE_NAME: 'test',
      POWERTOOLS_METRICS_NAMESPACE: 'Streamkeeper',
      // Metrics go where a test can read them.
      POWERTOOLS_DEV: 'true',
      POWERTOOLS_METRICS_DISABLED: 'false',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    console.mockImplementation((line: string) => void metrics.push(JSON.parse(line)));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    console.mockRestore();
    server?.close();
    await tables?.close();
  });

  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
  const settled = { batchItemFailures: [] };

  it('tells a vendor of a bid in the language of the profile, once for two deliveries', async () => {
    const { handler } = await import('../../processors/bids/handler.ts');
    const Records = [bidRecord({ after: { vendor_id: 'USER#vendor' } })];
    expect(await handler({ Records }, context)).toEqual(settled);
    expect(await handler({ Records }, context)).toEqual(settled);
    expect(await tables.rows(SESSIONS_TABLE, 'NOTIFICATION#vendor')).toHaveLength(1);
    expect(pushed.filter(({ path }) => path === '/dev/@connections/v1')).toMatchObject([
      { push: { unread: 1, language: 'hindi', text: 'नई थोक बोली: 200 kg, कुल ₹4,500' } },
    ]);
    expect(metrics.filter((each) => 'Bids' in each)).toMatchObject([{ Bids: 1, BuyerType: 'b2b' }]);
    expect(metrics).toContainEqual(expect.objectContaining({ Index: 'UserIndex' }));
  });

  it('tells a recipient of a message in the language of the session', async () => {
    const { handler } = await import('../../processors/conversations/handler.ts');
    expect(await handler({ Records: [messageRecord({ after: {} })] }, context)).toEqual(settled);
    expect(pushed.filter(({ path }) => path === '/dev/@connections/r1')).toMatchObject([
      { push: { language: 'tamil', text: 'புதிய செய்தி: தக்காளி புதியதா?' } },
    ]);
    expect(metrics.filter((each) => 'Messages' in each)).toMatchObject([
      { Messages: 1, SourceLanguage: 'hindi', TargetLanguage: 'tamil' },
    ]);
  });

  it.each([
    ['bids', bidRecord({ after: {}, row: 'BID#old' }, { at: 1_500_000_000, eventID: 'old' })],
    ['conversations', messageRecord({ after: {} }, { at: 1_500_000_000, eventID: 'old' })],
  ] as const)('on %s sends nothing of what happened before it was to start', async (name, old) => {
    const { handler } = await import(`../../processors/${name}/handler.ts`);
    const before = pushed.length;
    expect(await handler({ Records: [old] }, context)).toEqual(settled);
    expect(pushed).toHaveLength(before);
    expect(await handler({ Records: [old], redrive: { id: 'wanted' } }, context)).toMatchObject({
      outcomes: [{ outcome: 'applied', settled: true }],
    });
  });
});
