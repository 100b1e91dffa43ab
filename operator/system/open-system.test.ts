/** The local run is opened by the file that it writes, and everything it says is where the clients go. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { stateFileOf, writeState } from '../../local/state-file.ts';
import { openSystem } from './open-system.ts';

const repository = mkdtempSync(join(tmpdir(), 'streamkeeper-open-'));
afterEach(() => rmSync(join(repository, '.streamkeeper'), { recursive: true, force: true }));

const outputs = {
  BidsTableName: 'bids',
  BidsTableStreamArn: 'arn:aws:dynamodb:here:000000000000:table/bids/stream/1',
  BidsFunctionName: 'streamkeeper-dev-bids',
  BidsDeadLetterQueueUrl: 'http://127.0.0.1:2/000000000000/letters',
  BidsFailureBucketName: 'failures',
  BidsMappingId: 'id',
  BidsMappingTableName: 'bids',
  AuditBucketName: 'audit',
};

function runIsUp(): void {
  writeState(stateFileOf(repository), {
    pid: process.pid,
    startedAt: '2026-01-01T00:00:00.000Z',
    gatewayUrl: 'http://127.0.0.1:1',
    wsUrl: 'ws://127.0.0.1:1/dev',
    endpoints: { sqs: 'http://127.0.0.1:2', s3: 'http://127.0.0.1:2', 'dynamodb:bids': 'http://127.0.0.1:3' },
    region: 'here',
    accountId: '000000000000',
    stacks: [{ name: 'streamkeeper-dev-ek-bharath', outputs }],
  });
}

const open = (environment: NodeJS.ProcessEnv = {}) => openSystem({ environment, repository }, {});

test('a local run that is up is the system where no stage is named', async () => {
  runIsUp();
  const system = await open();
  expect(system).toMatchObject({
    stage: 'local',
    production: false,
    gatewayUrl: 'http://127.0.0.1:1',
    audit: { bucket: 'audit' },
    processors: [{ name: 'bids', mappings: [{ id: 'id', table: 'bids' }] }],
  });
  expect(system.clients.cloudWatch).toBeUndefined();
});

test('each table is asked on the engine that holds it', async () => {
  runIsUp();
  const { clients } = await open();
  const endpoint = await clients.dynamodb('bids').config.endpoint?.();
  expect(endpoint).toMatchObject({ hostname: '127.0.0.1', port: 3 });
  expect(clients.dynamodb('bids')).toBe(clients.dynamodb('bids'));
  expect(() => clients.dynamodb('others')).toThrow(Problem);
});

test('without a local run and without a stage there is no system', async () => {
  await expect(open()).rejects.toThrow(Problem);
});
