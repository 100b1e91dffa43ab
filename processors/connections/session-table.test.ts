/** What the sessions table really answers those who own the connections. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  embeddedDynamoDb,
  type MarketTables,
  SESSIONS_TABLE,
  startMarketTables,
} from '../../test/support/market-tables.ts';
import type { Connection } from './event.ts';
import { LIVE_AFTER_ACTIVITY_MS, sessionRow } from './session.ts';
import { type Sessions, sessionTable } from './session-table.ts';

const AT = 1_700_000_000_000;
const connectionOf = (id: string): Connection => ({
  id,
  userId: 'u-1',
  connectedAtMs: AT,
  tokenExpiresAtMs: AT + 3_600_000,
  userAgent: undefined,
});

describe.skipIf(!embeddedDynamoDb)('on the embedded DynamoDB (Linux x64)', () => {
  let tables: MarketTables;
  let sessions: Sessions;
  beforeAll(async () => {
    tables = await startMarketTables();
    sessions = sessionTable(tables.client, SESSIONS_TABLE);
  });
  afterAll(() => tables?.close());

  const rowsOf = (id: string) => tables.rows(SESSIONS_TABLE, `SESSION#${id}`);

  it('a sign of life moves activity and time to live, and the first is told from all others', async () => {
    const connection = connectionOf('c-1');
    await sessions.put(sessionRow(connection, 'tamil', AT));
    expect(await sessions.touch(connection, AT + 60_000)).toBe('first');
    expect(await sessions.touch(connection, AT + 90_000)).toBe('again');
    expect(await rowsOf('c-1')).toMatchObject([
      {
        user_id: { S: 'u-1' },
        language: { S: 'tamil' },
        last_activity: { S: new Date(AT + 90_000).toISOString() },
        ttl: { N: String((AT + 90_000 + LIVE_AFTER_ACTIVITY_MS) / 1000) },
      },
    ]);
  });

  it('a sign of life of a connection without a row is told, and makes none', async () => {
    expect(await sessions.touch(connectionOf('c-2'), AT)).toBe('missing');
    expect(await rowsOf('c-2')).toEqual([]);
  });

  it('a table that fails is not taken for one without the row', async () => {
    const elsewhere = sessionTable(tables.client, 'no-such-table');
    await expect(elsewhere.touch(connectionOf('c-1'), AT)).rejects.toThrow();
  });

  it('the row of a connection is removed, twice without harm, and no other', async () => {
    for (const id of ['c-3', 'c-4']) await sessions.put(sessionRow(connectionOf(id), undefined, AT));
    for (let times = 0; times < 2; times++) await sessions.remove(connectionOf('c-3'));
    expect([(await rowsOf('c-3')).length, (await rowsOf('c-4')).length]).toEqual([0, 1]);
  });
});
