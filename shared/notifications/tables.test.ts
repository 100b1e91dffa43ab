/** Inbox, sessions and profiles as the tables really answer. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  embeddedDynamoDb,
  type MarketTables,
  SESSIONS_TABLE,
  startMarketTables,
  USERS_TABLE,
} from '../../test/support/market-tables.ts';
import { itemReader } from '../dynamodb/read-items.ts';
import { dynamodbInbox, type Inbox, inboxRow, type RowOf } from './inbox.ts';
import { profileLanguage } from './profile-language.ts';
import { dynamodbSessions, isSettled, type Sessions, sessionOf } from './sessions.ts';

const NOW_MS = 1_700_000_000_000;
const NOW_S = NOW_MS / 1000;
const { signal } = new AbortController();

const rowOf = (eventId: string, recipient: string, parts: Partial<RowOf> = {}) =>
  inboxRow(
    {
      processor: 'bids',
      eventId,
      eventMs: NOW_MS,
      recipient,
      notification: {
        type: 'new_bid',
        bidId: 'b1',
        productId: 'p1',
        buyerType: null,
        amount: 22.5,
        quantity: 100,
        totalAmount: null,
      },
      ...parts,
    },
    NOW_MS,
  );

describe.skipIf(!embeddedDynamoDb)('on the embedded DynamoDB (Linux x64)', () => {
  let tables: MarketTables;
  let inbox: Inbox;
  let sessions: Sessions;
  beforeAll(async () => {
    tables = await startMarketTables();
    inbox = dynamodbInbox(tables.client, SESSIONS_TABLE);
    sessions = dynamodbSessions(tables.client, SESSIONS_TABLE);
  });
  afterAll(() => tables?.close());

  it('a row is stored in the form that the apps read, once', async () => {
    expect(await inbox.put([rowOf('e1', 'asha')], signal)).toEqual(['stored']);
    expect(await inbox.put([rowOf('e1', 'asha'), rowOf('e2', 'asha')], signal)).toEqual([
      'existed',
      'stored',
    ]);
    const [row] = await tables.rows(SESSIONS_TABLE, 'NOTIFICATION#asha');
    expect(row).toEqual({
      PK: { S: 'NOTIFICATION#asha' },
      SK: { S: 'NOTIF#1700000000000#bids#e1#new_bid' },
      user_id: { S: 'asha' },
      notification: {
        M: {
          type: { S: 'new_bid' },
          bidId: { S: 'b1' },
          productId: { S: 'p1' },
          buyerType: { NULL: true },
          amount: { N: '22.5' },
          quantity: { N: '100' },
          totalAmount: { NULL: true },
        },
      },
      created_at: { S: '2023-11-14T22:13:20.000Z' },
      ttl: { N: String(NOW_S + 24 * 3600) },
    });
  });

  it('a request takes as many rows as it says, and each gets its own answer', async () => {
    // As many statements as AWS takes in one request; the engine here may take more.
    expect(inbox.most).toBe(25);
    const rows = Array.from({ length: inbox.most }, (_, index) => rowOf(`many-${index}`, 'meera'));
    expect(new Set(await inbox.put(rows, signal))).toEqual(new Set(['stored']));
    const answers = await inbox.put([...rows.slice(0, 3), rowOf('more', 'meera')], signal);
    expect(answers).toEqual(['existed', 'existed', 'existed', 'stored']);
  });

  it('what waits is counted without what has expired, and without what is another user’s', async () => {
    await inbox.put([rowOf('e1', 'ravi'), rowOf('e2', 'ravi'), rowOf('e3', 'ravi-2')], signal);
    expect(await inbox.count('ravi', NOW_S, signal)).toBe(2);
    expect(await inbox.count('ravi', NOW_S + 24 * 3600, signal)).toBe(0);
    expect(await inbox.count('nobody', NOW_S, signal)).toBe(0);
  });

  const session = (id: string, user_id: string, ttl = NOW_S + 60) => ({
    PK: `SESSION#${id}`,
    SK: `USER#${user_id}`,
    user_id,
    last_activity: '2023-11-14T22:00:00.000Z',
    ttl,
  });

  it('live sessions are found under both forms of the id, and no others', async () => {
    await tables.put(
      SESSIONS_TABLE,
      { ...session('c1', 'uma'), language: 'Tamil' },
      session('c2', 'USER#uma'),
      session('c3', 'uma', NOW_S),
      session('c4', 'uma-2'),
    );
    const [found = [], none, others] = await sessions.find(['uma', 'nobody', 'uma-2'], NOW_S, signal);
    expect(found.map(({ connectionId, language }) => [connectionId, language]).sort()).toEqual([
      ['c1', 'tamil'],
      ['c2', undefined],
    ]);
    expect(none).toEqual([]);
    expect(others).toMatchObject([{ connectionId: 'c4' }]);
  });

  it('a session is removed as it was read, and left alone when it was active since', async () => {
    await tables.put(SESSIONS_TABLE, session('d1', 'veena'), session('d2', 'veena'));
    const [found = []] = await sessions.find(['veena'], NOW_S, signal);
    await tables.put(SESSIONS_TABLE, {
      ...session('d2', 'veena'),
      last_activity: '2023-11-14T22:10:00.000Z',
    });
    for (const each of found) await sessions.remove(each, signal);
    const [left = []] = await sessions.find(['veena'], NOW_S, signal);
    expect(left.map(({ connectionId }) => connectionId)).toEqual(['d2']);
    for (const each of found) await sessions.remove(each, signal);
  });

  it.each<[string, object, string]>([
    ['the first language of the profile', { languages: ['Kannada', 'hindi'] }, 'kannada'],
    ['English where the first is not known', { languages: ['klingon', 'hindi'] }, 'english'],
    ['English where the profile has none', {}, 'english'],
    ['English where it is no list', { languages: 'hindi' }, 'english'],
  ])('a user is written to in %s', async (_, attributes, language) => {
    const read = profileLanguage(itemReader(tables.client, USERS_TABLE));
    await tables.put(USERS_TABLE, { PK: 'USER#uma', SK: 'PROFILE', ...attributes });
    expect(await read('uma', signal)).toBe(language);
    expect(await read('nobody', signal)).toBe('english');
  });
});

describe('the age of a session', () => {
  const aged = (last_activity: string, connected_at?: string) => {
    const found = sessionOf({
      PK: 'SESSION#c',
      SK: 'USER#u',
      last_activity,
      ...(connected_at && { connected_at }),
    });
    return found !== undefined && isSettled(found, NOW_MS);
  };

  it('is told by when it was connected, or else was last active, in any form of time', () => {
    expect(aged(new Date(NOW_MS).toISOString(), new Date(NOW_MS - 31_000).toISOString())).toBe(true);
    expect(aged(new Date(NOW_MS - 31_000).toISOString())).toBe(true);
    expect(aged(String(NOW_S - 31))).toBe(true);
    expect(aged(String(NOW_S - 29))).toBe(false);
    expect(aged(String(NOW_MS - 31_000))).toBe(true);
    expect(aged(String(NOW_MS - 30_000))).toBe(false);
  });

  it('is nobody’s where the row is no session', () => {
    for (const PK of ['SESSION#', 'NOTIFICATION#asha', 'x'])
      expect(sessionOf({ PK, SK: 'USER#u', last_activity: '2023-11-14T22:00:00.000Z' })).toBeUndefined();
  });

  it('that cannot be told is no reason to delete it', () => {
    expect(aged('yesterday')).toBe(false);
  });
});

describe('what is asked of the sessions table', () => {
  /** The requests that were sent, each answered with the next of `answers`, the last of them again and again. */
  const asked = (...answers: readonly (object | Error)[]) => {
    const inputs: Record<string, unknown>[] = [];
    const client = {
      send: async ({ input }: { readonly input: Record<string, unknown> }) => {
        const answer = answers[Math.min(inputs.push(input), answers.length) - 1] ?? {};
        if (answer instanceof Error) throw answer;
        return answer;
      },
    } as unknown as DynamoDBClient;
    return { inputs, inbox: dynamodbInbox(client, 't'), sessions: dynamodbSessions(client, 't') };
  };

  it('counts what was stored a moment ago: the read is consistent', async () => {
    const { inputs, inbox } = asked({ Count: 3 });
    expect(await inbox.count('asha', NOW_S, signal)).toBe(3);
    expect(inputs).toMatchObject([{ ConsistentRead: true, Limit: 100, Select: 'COUNT' }]);
  });

  it('asks for sessions that end later than now, and for all pages of them', async () => {
    const row = (id: string) => ({
      PK: { S: `SESSION#${id}` },
      SK: { S: 'USER#asha' },
      user_id: { S: 'asha' },
      last_activity: { S: '2023-11-14T22:00:00.000Z' },
    });
    const { inputs, sessions } = asked({ Items: [row('c1')], NextToken: 'more' }, { Items: [row('c2')] });
    const [found = []] = await sessions.find(['asha'], NOW_S, signal);
    expect(found.map(({ connectionId }) => connectionId)).toEqual(['c1', 'c2']);
    expect(inputs.map((input) => input['NextToken'])).toEqual([undefined, 'more']);
    expect(inputs[0]?.['Statement']).toMatch(/ AND "ttl" > \?$/);
    expect(inputs[0]?.['Parameters']).toEqual([{ S: 'asha' }, { S: 'USER#asha' }, { N: String(NOW_S) }]);
  });

  it('asks for no more partitions at once than an answer has pages for', async () => {
    const { inputs, sessions } = asked();
    const users = Array.from({ length: sessions.most }, (_, index) => `user-${index}`);
    await sessions.find(users, NOW_S, signal);
    expect(inputs[0]?.['Parameters']).toHaveLength(10 + 1);
  });

  it('a deletion that the table refuses is not done', async () => {
    const down = Object.assign(new Error('down'), { name: 'ThrottlingException' });
    const found = sessionOf({ PK: 'SESSION#c', SK: 'USER#u', last_activity: '2023-11-14T22:00:00.000Z' });
    if (found === undefined) throw new Error('no session');
    await expect(asked(down).sessions.remove(found, signal)).rejects.toBe(down);
  });

  it('a row that the table does not answer for is not stored', async () => {
    const [answer] = await asked({ Responses: [] }).inbox.put([rowOf('e1', 'asha')], signal);
    expect(answer).toMatchObject({ code: 'INBOX_REFUSED' });
  });

  it('a row that the table refuses stands there already only where it says so', async () => {
    const answers = ['DuplicateItem', 'ThrottlingError', 'ConditionalCheckFailed'].map((Code) => ({
      Error: { Code },
    }));
    const rows = ['e1', 'e2', 'e3'].map((id) => rowOf(id, 'asha'));
    const [stands, ...refused] = await asked({ Responses: answers }).inbox.put(rows, signal);
    expect(stands).toBe('existed');
    expect(refused).toMatchObject([
      { code: 'INBOX_REFUSED', name: 'ThrottlingError' },
      { code: 'INBOX_REFUSED', name: 'ConditionalCheckFailed' },
    ]);
  });
});
