/**
 * Whatever names, ids and answers hold, no command writes what steers a terminal: each is run against a system whose every name and every
 * answer tries to. And nothing but the streams that commands are given is written to.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stateFileOf, writeState } from '../local/state-file.ts';
import { testContext } from './commands/testing.ts';
import { programOf, runCommand } from './run-command.ts';

const NASTY = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\r';

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'dlq show': ['e1'],
  'dlq redrive': ['--no-audit', '--yes'],
  'dlq rescue': ['--no-audit', '--yes'],
  'dlq discard': ['--all', '--reason', 'x', '--no-audit', '--yes'],
  'dlq export': ['--as-fixture', `/nonexistent/${NASTY}.jsonl`],
  drift: ['--processor', 'products', '--whole'],
  reconcile: ['--processor', 'products', '--keys', NASTY, '--no-audit', '--yes'],
  listen: ['--user', NASTY],
  pause: ['--processor', 'products', '--no-audit', '--yes'],
  resume: ['--processor', 'products', '--no-audit', '--yes'],
  'why-stuck': ['--processor', 'products'],
  record: ['--processor', 'products', '--out', `/nonexistent/${NASTY}.jsonl`, '--until', 'now'],
  replay: [`/nonexistent/${NASTY}.jsonl`, '--processor', 'products'],
};

let folder: string;
let server: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-nasty-'));
  server = createServer((_request, response) => {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: 'InvalidParameterValue', message: `refused ${NASTY}` }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const name = (what: string) => `${what}${NASTY}`;
  writeState(stateFileOf(folder), {
    pid: process.pid,
    startedAt: new Date(0).toISOString(),
    gatewayUrl: url,
    wsUrl: url.replace('http', 'ws'),
    endpoints: { sqs: url, s3: url, [`dynamodb:${name('products')}`]: url },
    region: 'us-east-1',
    accountId: '000000000000',
    stacks: [
      {
        name: name('stack'),
        outputs: {
          ProductsFunctionName: name('products'),
          ProductsSetUpFunctionName: name('set-up'),
          ProductsDeadLetterQueueUrl: `${url}/000000000000/${name('letters')}`,
          ProductsFailureBucketName: name('failures'),
          ProductsMappingId: name('id'),
          ProductsMappingTableName: name('products'),
          ProductsTableName: name('products'),
          ProductsTableStreamArn: name('arn'),
          AuditBucketName: name('audit'),
        },
      },
    ],
  });
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const namesOf = (command: Command, before: readonly string[] = []): string[][] =>
  command.commands.flatMap((one) =>
    one.commands.length > 0 ? namesOf(one, [...before, one.name()]) : [[...before, one.name()]],
  );
const ours = namesOf(programOf(testContext())).filter(([first]) => first !== 'complete');

test.each(ours.map((words) => words.join(' ')))('%s steers no terminal', async (words) => {
  const context = testContext();
  const stop = AbortSignal.timeout(1_000);
  const given = [...words.split(' '), ...(OPTIONS[words] ?? [])];
  const named = words === 'replay' || words === 'listen' ? [] : ['--local'];
  await runCommand([...given, ...named], { ...context, repository: folder, signal: stop });
  await runCommand([...given, `--${NASTY}`], { ...context, repository: folder });
  const written = `${context.printed()}${context.complained()}`;
  expect(written).toContain('\\u001b');
  expect(written.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202a-\u202e]/u);
});

test('what is not given to commands is not written to, and the stream behind only by what moves the cursor', () => {
  const sources = (readdirSync(import.meta.dirname, { recursive: true }) as string[])
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => ({ name, text: readFileSync(join(import.meta.dirname, name), 'utf8') }));
  const holding = (pattern: RegExp) =>
    sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);
  expect(holding(/console\.|process\.std(out|err)|\bfs\.writeSync/)).toEqual(['main.ts']);
  expect(holding(/\bdrawable\b/).sort()).toEqual([
    'terminal/confirm.ts',
    'terminal/harmless.ts',
    'terminal/progress.ts',
  ]);
});
