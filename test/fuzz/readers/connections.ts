/** What reaches the functions behind the WebSocket API: handshakes, messages and ends of connections, and tokens. */
import fc from 'fast-check';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { authorize } from '../../../processors/connections/authorize.ts';
import { connectionRoutes } from '../../../processors/connections/routes.ts';
import { SUBPROTOCOL } from '../../../processors/connections/token-place.ts';
import { tokenVerifier } from '../../../processors/connections/verify-token.ts';
import { testPool } from '../../support/user-pool.ts';
import { type Edit, edit, mangled } from '../mangled.ts';
import { type Json, writtenOut } from '../values.ts';
import { readingSuite } from './reading.ts';

const NOW = 1_700_000_000_000;

const EVENTS = ['CONNECT', 'MESSAGE', 'DISCONNECT'].map(
  (eventType): Json => ({
    headers: { 'Sec-WebSocket-Protocol': `${SUBPROTOCOL}, bearer.x` },
    queryStringParameters: { userId: 'u-2' },
    requestContext: {
      eventType,
      connectionId: 'c-1',
      connectedAt: NOW,
      identity: { sourceIp: '192.0.2.1', userAgent: 'app/1.0' },
      authorizer: { principalId: 'u-1', tokenExpiresAt: String(NOW / 1000 + 3600) },
    },
    body: '{"action":"ping"}',
    isBase64Encoded: false,
  }),
);

interface EventCase {
  readonly event: number;
  readonly edits: readonly Edit[];
  readonly body: string;
}

const frame = fc.oneof(
  fc.constantFrom(
    '{"action":"ping"}',
    '',
    '{',
    'null',
    '{"action":{"__proto__":1}}',
    '{"__proto__":{"action":"ping"}}',
    '\ud800',
    '[]',
  ),
  fc.nat({ max: 20_000 }).map((deep) => '['.repeat(deep)),
  fc.json(),
);

export const connectionsFuzz = readingSuite<EventCase>({
  name: 'connections',
  what: 'an event of the WebSocket API',
  cases: fc.record({ event: fc.nat({ max: 2 }), edits: fc.array(edit, { maxLength: 3 }), body: frame }),
  async read({ event: kind, edits, body }) {
    const event = JSON.parse(writtenOut(mangled({ ...(EVENTS[kind] as object), body } as Json, edits)));
    const clock = new VirtualClock(NOW);
    const users: string[] = [];
    const frames: string[] = [];
    const routes = connectionRoutes({
      clock,
      sessions: {
        async put({ user_id, ttl }) {
          users.push(user_id);
          if (!Number.isSafeInteger(ttl)) throw new Error('a session without an end');
        },
        touch: async () => 'missing',
        async remove() {},
      },
      languageOf: async () => 'tamil',
      readInbox: async () => ({ unread: 0, latest: [] }),
      async post(_, text) {
        frames.push(text);
        return 'delivered';
      },
      async end() {},
      notice() {},
    });
    const { statusCode } = await clock.runUntil(routes(event));
    const authorized: unknown = event.requestContext?.authorizer?.principalId;
    return [
      ...([200, 400, 401].includes(statusCode) ? [] : [`it answered ${statusCode}`]),
      ...users.filter((user) => user !== authorized).map((user) => `a session of ${user}`),
      ...frames.filter((text) => typeof JSON.parse(text) !== 'object'),
    ];
  },
  // API Gateway sends no such event; the client is told of an internal error.
  refuses: (error) => error.constructor.name === '$ZodError' || error.name === '$ZodError',
});

const pool = testPool('xx-local-0_Fuzz');
const foreign = testPool('xx-local-0_Fuzz');
const verify = tokenVerifier(pool.rules);

interface TokenCase {
  readonly claims: readonly Edit[];
  readonly header: readonly Edit[];
  readonly signed: 'by the pool' | 'by another';
  /** Of the token's text. */
  readonly text: { readonly at: number; readonly cut: number; readonly put: string };
}

const CLAIMS: Json = { sub: 'u-1', client_id: 'app', token_use: 'access', exp: 4_102_444_800, scope: 'x' };

const untouched = fc.constant({ at: 0, cut: 0, put: '' });

export const tokensFuzz = readingSuite<TokenCase>({
  name: 'tokens',
  what: 'a token',
  cases: fc.record({
    claims: fc.array(edit, { maxLength: 2 }),
    header: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(edit, { maxLength: 2 })),
    signed: fc.constantFrom('by the pool', 'by the pool', 'by another'),
    text: fc.oneof(
      { weight: 2, arbitrary: untouched },
      fc.record({
        at: fc.nat({ max: 800 }),
        cut: fc.nat({ max: 400 }),
        put: fc.oneof(
          fc.constantFrom('.', '..', '=', ',', ' ', 'A', '\u0000'),
          fc.string({ unit: 'binary', maxLength: 5 }),
        ),
      }),
    ),
  }),
  async read({ claims, header, signed, text }) {
    const spoiled = asObject(mangled(CLAIMS, claims));
    const token = (signed === 'by another' ? foreign : pool).token({
      claims: spoiled,
      header: asObject(mangled({}, header)),
    });
    const sent = token.slice(0, text.at) + text.put + token.slice(text.at + text.cut);
    const event = {
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:xx:1:a/dev/$connect',
      headers: { 'Sec-WebSocket-Protocol': `${SUBPROTOCOL}, bearer.${sent}` },
      queryStringParameters: { token, userId: 'u-2' },
    };
    const { authorization, refusal } = await authorize(event, verify);
    const [{ Effect }] = authorization.policyDocument.Statement;
    if (refusal !== undefined) return Effect === 'Deny' ? [] : ['it is refused and allowed'];
    return admissionProblems({ signed, spoiled }, authorization.principalId);
  },
});

/** Whoever is let in shows the pool's token as it was made, for this client and use, in force, and is its subject. */
function admissionProblems(
  { signed, spoiled }: { signed: TokenCase['signed']; spoiled: Record<string, unknown> },
  user: string,
): string[] {
  const { sub, client_id, token_use, exp } = { ...(CLAIMS as object), ...spoiled } as Record<string, unknown>;
  return [
    ...(signed === 'by the pool' ? [] : ['another key’s token was taken']),
    ...(client_id === 'app' && token_use === 'access' ? [] : ['a token for something else was taken']),
    ...(typeof exp === 'number' && exp > 1_700_000_000 ? [] : ['a token that has ended was taken']),
    ...(sub === user || sub === `USER#${user}` ? [] : ['the user is not the token’s subject']),
  ];
}

function asObject(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
