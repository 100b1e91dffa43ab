/** What people configure: functions' environments, stages, the command line and the state file of the local run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { checkStage } from '../../../infra/stage-schema.ts';
import { stageOf } from '../../../infra/stages.ts';
import { readOptions } from '../../../local/options.ts';
import { Problem } from '../../../local/problem.ts';
import { readState } from '../../../local/state-file.ts';
import { analysisResultsEnvironment } from '../../../processors/analysis-results/environment.ts';
import { bidsEnvironment } from '../../../processors/bids/environment.ts';
import { bookingsEnvironment } from '../../../processors/bookings/environment.ts';
import { connectionsEnvironment, readTokenRules } from '../../../processors/connections/environment.ts';
import { productsEnvironment } from '../../../processors/products/environment.ts';
import { EnvironmentError, readEnvironment } from '../../../shared/config/environment.ts';
import { type Edit, edit, mangled } from '../mangled.ts';
import { type Json, SECRET, writtenOut } from '../values.ts';
import { readingSuite } from './reading.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const READERS: readonly ((environment: Environment) => unknown)[] = [
  (environment) => readEnvironment(productsEnvironment, environment),
  (environment) => readEnvironment(bidsEnvironment, environment),
  (environment) => readEnvironment(bookingsEnvironment, environment),
  (environment) => readEnvironment(analysisResultsEnvironment, environment),
  (environment) => readEnvironment(connectionsEnvironment, environment),
  readTokenRules,
];

/** Of every function together. */
const USUAL: Readonly<Record<string, string>> = {
  AWS_REGION: 'eu-west-1',
  PRODUCTS_TABLE: 'products',
  SEARCH_ENDPOINT: 'https://search.example.com',
  SEARCH_ALIAS: 'products',
  SEARCH_SIGNING: 'aws',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/1/letters',
  FAILURE_BUCKET: 'failures',
  SESSIONS_TABLE: 'sessions',
  USERS_TABLE: 'users',
  IDEMPOTENCY_TABLE: 'idempotency',
  WEBSOCKET_ENDPOINT: 'https://api.example.com/dev',
  BOOKINGS_TABLE: 'bookings',
  PROVIDERS_TABLE: 'providers',
  SERVICES_TABLE: 'services',
  REVIEWS_TABLE: 'reviews',
  MAIL_SENDER: 'bookings@example.com',
  MARKETPLACE_NAME: 'Home Market',
  MAIL_CURRENCY: 'CAD',
  MAIL_TIME_ZONE: 'America/Toronto',
  MAIL_BOOKING_URL: 'https://example.com/{bookingId}',
  NOT_BEFORE: '2026-03-17T00:00:00Z',
  ANALYSIS_RESULTS_TABLE: 'results',
  REDIS_URL: 'rediss://cache.example.com:6379',
  USER_POOL_ID: 'xx-local-0_a',
  USER_POOL_CLIENT_ID: 'app',
  USER_POOL_JWKS: '{"keys":[]}',
};

const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\r\nX: y',
    'ftp://x',
    'http://',
    '{',
    '{"keys":[{"kty":{}}]}',
    'aws',
    '2026-99-99T99:99:99Z',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.nat({ max: 3_000 }).map((size) => 'a'.repeat(size)),
);
const secret = text.map((one) => SECRET + one);

interface EnvironmentCase {
  readonly reader: number;
  readonly changes: Readonly<Record<string, string | null>>;
}

export const environmentsFuzz = readingSuite<EnvironmentCase>({
  name: 'environments',
  what: 'the environment of a function',
  cases: fc.record({
    reader: fc.nat({ max: READERS.length - 1 }),
    changes: fc.dictionary(
      fc.constantFrom(...Object.keys(USUAL), '__proto__', 'constructor'),
      fc.option(fc.oneof(text, secret)),
      { maxKeys: 4 },
    ),
  }),
  read({ reader, changes }) {
    const given: Record<string, string | undefined> = { ...USUAL };
    for (const [name, value] of Object.entries(changes)) given[name] = value ?? undefined;
    READERS[reader]?.(given);
    return [];
  },
  refuses: (error) => error instanceof EnvironmentError && !error.message.includes(SECRET),
});

const stage = JSON.parse(JSON.stringify(stageOf('prod'))) as Json;

export const stagesFuzz = readingSuite<readonly Edit[]>({
  name: 'stages',
  what: 'a stage',
  cases: fc.array(edit, { minLength: 1, maxLength: 4 }),
  read(edits) {
    checkStage(JSON.parse(writtenOut(mangled(stage, edits))));
    return [];
  },
  refuses: (error) => error.message.startsWith('infra/stages.ts: ') && !error.message.includes('\n'),
});

const word = fc.oneof(
  fc.constantFrom(
    '--once',
    '--json',
    '--streams',
    'products',
    '--shards',
    '--search',
    '--redis',
    '--source',
    'replay',
    '--no-feed',
    '--keep',
  ),
  fc.constantFrom(
    '--dynamodb',
    'http://x',
    'redis://',
    '--aws-port',
    '-1',
    '1e9',
    '--',
    '-h',
    '--help',
    '--__proto__',
    'constructor',
    '--stage=',
  ),
  text,
);

export const optionsFuzz = readingSuite<readonly string[]>({
  name: 'options',
  what: 'the command line of the local run',
  cases: fc.array(word, { maxLength: 6 }),
  read(words) {
    const options = readOptions(words, {});
    return 'help' in options || typeof options.shards === 'number' ? [] : ['these are no options'];
  },
  refuses: (error) => error instanceof Problem && !error.message.includes('\n'),
});

const state: Json = {
  version: 2,
  pid: 7,
  startedAt: '2026-01-01T00:00:00Z',
  gatewayUrl: 'http://127.0.0.1:1',
  wsUrl: 'ws://127.0.0.1:1/dev',
  endpoints: { sqs: 'http://127.0.0.1:2' },
  region: 'us-east-1',
  accountId: '000000000000',
  stacks: [{ name: 's', outputs: { a: 'b' } }],
};

export const stateFileFuzz = readingSuite<{ readonly edits: readonly Edit[]; readonly cut: number }>({
  name: 'state-file',
  what: 'the file by which a local run is found',
  cases: fc.record({
    edits: fc.array(edit, { maxLength: 3 }),
    cut: fc.oneof(fc.constant(0), fc.nat({ max: 300 })),
  }),
  read({ edits, cut }) {
    const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-fuzz-'));
    try {
      const file = join(folder, 'local.json');
      const json = writtenOut(mangled(state, edits));
      writeFileSync(file, json.slice(0, json.length - cut));
      const read = readState(file, () => true);
      return URL.canParse(read.gatewayUrl) ? [] : ['its address is none'];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  refuses: (error) => error instanceof Problem,
});
