/** The local run as a user meets it: the command, its summary, its exit codes, and what it leaves behind. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { streamRecord } from '../fixtures/generate/record.ts';
import { readState, stateFileOf } from '../local/state-file.ts';
import { cachedProductSearch } from '../shared/cache/cached-product-search.ts';
import { connectRedis } from '../shared/cache/connect.ts';
import { queryCache } from '../shared/cache/query-cache.ts';
import { createSearchClient } from '../shared/search/client.ts';
import { systemClock } from '../shared/time/clock.ts';

// Processes, a synthesis and engines: seconds on a free machine, more on a busy one.
vi.setConfig({ testTimeout: 180_000 });

const REPOSITORY = join(import.meta.dirname, '..');
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const hasEngines = process.platform === 'linux' && process.arch === 'x64';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(REPOSITORY, 'local/launch.js'), ...args], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A listener as in a terminal of its own, and the lines it has shown. */
function listen(args: readonly string[]) {
  const child = spawn(process.execPath, [join(REPOSITORY, 'operator/main.ts'), ...args, '--json'], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const lines = () => out.split('\n').slice(0, -1);
  return { child, heard: () => lines().map((line) => JSON.parse(line) as { type: string }) };
}

async function runToEnd(...args: string[]): Promise<{ status: number | null; out: string; err: string }> {
  const child = start(...args);
  const texts = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...texts };
}

const stream = { table: 'ek-bharath-products', label: '2026-03-01T00:00:00.000', region: 'ap-south-1' };

const change = (
  counter: number,
  id: string,
  item: Record<string, unknown>,
  eventName: 'INSERT' | 'MODIFY' = 'INSERT',
) => {
  const keys = { PK: { S: `PRODUCT#${id}` }, SK: { S: 'DETAILS' } };
  return streamRecord({
    eventName,
    keys,
    newImage: { ...keys, ...item } as never,
    sequenceNumber: `${counter}00000000000000000000`,
    at: 1_773_685_877,
    stream,
  });
};
const product = (title: string, status = 'active') => ({
  status: { S: status },
  title: { M: { english: { S: title } } },
});

function fixture(name: string, records: readonly unknown[]): string {
  const file = join(folder, name);
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return file;
}

const a = (title: string, is: boolean, needed: string) => (is ? title : `${title} (skipped: ${needed})`);

describe.skipIf(!hasEngines)(a('a run', hasEngines, 'the embedded DynamoDB runs on Linux x64 only'), () => {
  test('a recording ends in the index, is summed up as one JSON object, and the exit code says all is well', async () => {
    const file = fixture('small.jsonl', [
      change(1, 'onion', product('Onions')),
      change(2, 'mango', product('Mangoes')),
      change(3, 'onion', product('Red onions'), 'MODIFY'),
      change(4, 'mango', product('Mangoes', 'deleted'), 'MODIFY'),
      change(5, 'broken', { status: { S: 'eaten' } }),
    ]);
    const { status, out, err } = await runToEnd('--once', '--json', '--fixture', file);
    expect(err).not.toContain('NOT DONE');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toEqual({
      records: 5,
      perStream: expect.objectContaining({
        'ek-bharath-products': { records: 5, settled: 5, filtered: 0, givenUp: 0 },
        'ek-bharath-bids': { records: 0, settled: 0, filtered: 0, givenUp: 0 },
      }),
      documents: 1,
      deadLetters: 1,
      superseded: expect.any(Number),
      ignored: 0,
      seconds: expect.any(Number),
      recordsPerSecond: expect.any(Number),
      p50Ms: expect.any(Number),
      p99Ms: expect.any(Number),
      drainMs: expect.any(Number),
      maxRssMb: expect.any(Number),
      indexEqualsTable: true,
      inboxEqualsExpected: true,
      ratingsEqualReviews: true,
      cacheEqualsTable: true,
      emails: 0,
    });
  });

  test.each([
    ['bids', 'every-status', { emails: 0, inboxEqualsExpected: true }],
    ['bookings', 'review-deleted', { ratingsEqualReviews: true }],
    ['bookings', 'status-changes', { emails: 5 }],
    ['analysis-results', 'delete-and-recreate', { cacheEqualsTable: true }],
  ])('what the small case %s/%s brings about is what its records mean', async (stream, name, effects) => {
    const file = join(REPOSITORY, 'fixtures', stream, `${name}.jsonl`);
    const { status, out, err } = await runToEnd('--once', '--json', '--fixture', file);
    expect(err).not.toContain('differs:');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject(effects);
  });

  test('a replay goes straight to the mapping, on several shards', async () => {
    const file = fixture(
      'replay.jsonl',
      Array.from({ length: 60 }, (_, index) =>
        change(index + 1, `p${index % 20}`, product(`Title ${index}`), index < 20 ? 'INSERT' : 'MODIFY'),
      ),
    );
    const { status, out } = await runToEnd(
      '--source',
      'replay',
      '--shards',
      '3',
      '--once',
      '--json',
      '--fixture',
      file,
    );
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ records: 60, documents: 20, indexEqualsTable: true });
  });

  test('a kept folder goes on where the first run ended: nothing is written or processed twice', async () => {
    const keep = join(folder, 'kept');
    const file = fixture('kept.jsonl', [
      change(1, 'rice', product('Rice')),
      change(2, 'dal', product('Dal')),
    ]);
    const first = await runToEnd('--once', '--json', '--fixture', file, '--keep', keep);
    expect(JSON.parse(first.out)).toMatchObject({ records: 2, documents: 2 });
    const second = await runToEnd('--once', '--json', '--fixture', file, '--keep', keep);
    expect(second.status).toBe(0);
    expect(JSON.parse(second.out)).toMatchObject({ records: 0, documents: 2, indexEqualsTable: true });
  });

  const ownItem =
    'an item of one’s own arrives by the command it prints, Ctrl-C ends it, and no process is left';
  test.skipIf(!hasCurl)(a(ownItem, hasCurl, 'curl is not installed'), async () => {
    const child = start('--no-feed');
    let out = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    await until(() => out.includes('Ctrl-C ends everything'));
    const pids = descendants(child.pid ?? 0);
    expect(pids.length).toBeGreaterThan(0);
    const [put, get] = [...out.matchAll(/^ {2}(curl (?:.*\\\n)*.*)$/gm)].map((match) => match[1] ?? '');
    expect(await shell(put ?? '')).toContain('{');
    await until(async () => (await shell(get ?? '')).includes('Alphonso'));
    child.kill('SIGINT');
    const [status] = (await once(child, 'close')) as [number | null];
    expect(status).toBe(0);
    await until(() => pids.every((pid) => !isRunning(pid)));
  });

  const bothHear = 'who listens as vendor and as buyer hears of a bid, each in their own language';
  test.skipIf(!hasCurl)(a(bothHear, hasCurl, 'curl is not installed'), async () => {
    const child = start('--no-feed');
    let out = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    await until(() => out.includes('Ctrl-C ends everything'));
    const commands = [...out.matchAll(/^ {2}(curl (?:.*\\\n)*.*)$/gm)].map((match) => match[1] ?? '');
    const profiles = commands.filter((command) => command.includes('PROFILE'));
    expect(profiles).toHaveLength(2);
    for (const profile of profiles) await shell(profile);
    const listeners = [...out.matchAll(/npm run streamkeeper -- (listen --user \S+)$/gm)].map((match) =>
      listen((match[1] ?? '').split(' ')),
    );
    expect(listeners).toHaveLength(2);
    const [vendor, buyer] = listeners;
    await until(() => listeners.every(({ heard }) => heard().some(({ type }) => type === 'connected')));
    const bids = commands.filter((command) => command.includes('BID#mine'));
    expect(bids).toHaveLength(2);
    for (const bid of bids) await shell(bid);
    const news = (of: typeof vendor) => of?.heard().filter(({ type }) => type === 'notification') ?? [];
    await until(() => news(vendor).length > 0 && news(buyer).length > 0);
    expect(news(vendor)[0]).toMatchObject({
      notification: { type: 'new_bid' },
      text: expect.stringMatching(/\p{Script=Bengali}/u),
    });
    expect(news(buyer)[0]).toMatchObject({
      notification: { type: 'bid_status_update', status: 'accepted' },
      text: expect.stringMatching(/\p{Script=Tamil}/u),
    });
    for (const { child: listener } of listeners) listener.kill('SIGINT');
    child.kill('SIGINT');
    const [status] = (await once(child, 'close')) as [number | null];
    expect(status).toBe(0);
    expect(existsSync(join(REPOSITORY, '.streamkeeper/local.json'))).toBe(false);
  });

  const forgets = 'a cached page of a search is forgotten when one of its products changes';
  test.skipIf(!hasCurl)(a(forgets, hasCurl, 'curl is not installed'), async () => {
    const child = start('--no-feed');
    let out = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    await until(() => out.includes('Ctrl-C ends everything'));
    const { endpoints } = readState(stateFileOf(REPOSITORY));
    const client = createSearchClient({ endpoint: endpoints['search'] ?? '', signing: 'none' });
    const redis = connectRedis({ url: endpoints['redis'] ?? '', clock: systemClock });
    const lookups: string[] = [];
    const cache = queryCache(
      {
        redis,
        clock: systemClock,
        newId: randomUUID,
        metrics: { count: (level, lookup) => lookups.push(`${level} ${lookup}`) },
      },
      // So that nothing changes a page but the end of its generation.
      { maxAgeMs: 3_600_000 },
    );
    const search = cachedProductSearch(client, 'products', cache);
    const titles = async () => (await search({})).products.map(({ title }) => title?.['english']);
    const [put = ''] = [...out.matchAll(/^ {2}(curl (?:.*\\\n)*.*)$/gm)].map((match) => match[1] ?? '');
    await shell(put);
    await until(async () => (await titles()).includes('Alphonso mangoes') && lookups.at(-1) === 'redis hit');
    await shell(put.replace('Alphonso', 'Kesar'));
    await until(async () => (await titles()).includes('Kesar mangoes'));
    redis.close();
    await client.close();
    child.kill('SIGINT');
    const [status] = (await once(child, 'close')) as [number | null];
    expect(status).toBe(0);
  });

  test('engines end also when the run is killed without a chance to end them', async () => {
    const child = start('--no-feed');
    let out = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    await until(() => out.includes('Ctrl-C ends everything'));
    const pids = descendants(child.pid ?? 0);
    child.kill('SIGKILL');
    await until(() => pids.every((pid) => !isRunning(pid)));
  });

  test('a port that is taken is one line that says so, and exit code 2', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { status, err } = await runToEnd('--once', '--aws-port', `${port}`, '--no-feed');
    server.close();
    expect(status).toBe(2);
    expect(err.trim().split('\n').at(-1)).toContain(`--aws-port: port ${port} is taken`);
  });
});

describe('what is wrong with the command is said in one line, with exit code 2', () => {
  test.each([
    ['an option nobody knows', ['--bogus'], '--help'],
    ['a number that is none', ['--shards', 'many'], '--shards'],
    ['a fixture that is not there', ['--fixture', 'nowhere.jsonl'], 'nowhere.jsonl'],
    ['a replay that should be kept', ['--source', 'replay', '--keep', 'somewhere'], '--keep'],
    ['a stream that nobody knows', ['--streams', 'products,gossip'], '--streams'],
    ['a part of the day and a file', ['--streams', 'bids', '--fixture', 'mine.jsonl'], '--streams'],
    ['a Redis that is no URL', ['--redis', 'localhost'], '--redis'],
    ['a search engine that is no URL', ['--search', 'solr'], '--search'],
  ])('%s', async (_, args, named) => {
    const { status, err, out } = await runToEnd(...args);
    expect(status).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain(named);
    expect(out).toBe('');
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function shell(command: string): Promise<string> {
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await once(child, 'close');
  return out;
}

function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
