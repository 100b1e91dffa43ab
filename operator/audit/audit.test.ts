/** The audit trail: written before anything is done, in parts while it is done, wherever the operator says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AwsServices, startAwsServices } from '../../local/engines/aws-services.ts';
import { Problem } from '../../local/problem.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { localClients } from '../system/clients.ts';
import type { Clients } from '../system/system.ts';
import { startAudit } from './audit.ts';
import type { AuditLine } from './entry.ts';
import { type AuditOptions, openAudit } from './open-audit.ts';
import { auditPlace, objectName } from './places.ts';
import { joinRuns } from './runs.ts';

const BUCKET = 'audit-here';
const START = Date.parse('2026-03-17T09:30:05Z');
const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-audit-'));
let aws: AwsServices;
let clients: Clients;
let said: string[];

beforeAll(async () => {
  aws = await startAwsServices({ region: 'here', port: 0, warn: () => {} });
  clients = localClients({
    region: 'here',
    gateway: 'http://127.0.0.1:1',
    sqs: aws.endpoint,
    s3: aws.endpoint,
    dynamodb: () => 'http://127.0.0.1:1',
  });
});
afterAll(async () => {
  await aws.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  said = [];
  await s3()
    .send(new CreateBucketCommand({ Bucket: BUCKET }))
    .catch(() => {});
});

const s3 = () => clients.s3 as S3Client;

async function objects(run: string): Promise<{ key: string; lines: AuditLine[] }[]> {
  const { Contents: found = [] } = await s3().send(new ListObjectsV2Command({ Bucket: BUCKET }));
  const keys = found.flatMap(({ Key: key = '' }) => (key.includes(run) ? [key] : [])).sort();
  return Promise.all(
    keys.map(async (key) => {
      const { Body: body } = await s3().send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      return { key, lines: linesIn((await body?.transformToString()) ?? '') };
    }),
  );
}

const linesIn = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditLine);

const start = {
  who: { user: 'asha', host: 'desk' },
  stage: 'dev',
  command: 'dlq redrive',
  arguments: ['--where', 'processor=bids'],
  reason: 'the texts are mended',
};

function startOn(run: string, clock = new VirtualClock(START)) {
  const place = auditPlace(`s3://${BUCKET}/audit`, clients);
  return startAudit({ start, place, clock, newId: () => run });
}

test('who began what, where and why is written before anything is done', async () => {
  await startOn('begun');
  const [part, ...others] = await objects('begun');
  expect(part?.key).toBe('audit/2026/03/17/093005-dlq-redrive-begun.0000.jsonl');
  expect(part?.lines).toEqual([{ event: 'start', run: 'begun', at: '2026-03-17T09:30:05.000Z', ...start }]);
  expect(others).toEqual([]);
});

test('results are there a second later at most, so that a command that is killed leaves what it did', async () => {
  const clock = new VirtualClock(START);
  const audit = await startOn('killed', clock);
  audit.result({ processor: 'bids', eventId: 'e1', key: 'PK=P#1', result: 'applied' });
  audit.result({ processor: 'bids', eventId: 'e2', key: 'PK=P#2', result: 'poison', code: 'INVALID_BID' });
  await clock.advance(1_000);
  await audit.flush();
  const [, second] = await objects('killed');
  expect(second?.lines).toMatchObject([
    { event: 'result', run: 'killed', eventId: 'e1', result: 'applied' },
    { event: 'result', run: 'killed', eventId: 'e2', result: 'poison', code: 'INVALID_BID' },
  ]);
});

test('the end says how it ended, with totals by result', async () => {
  const audit = await startOn('ended');
  for (const result of ['applied', 'applied', 'gone']) audit.result({ result });
  await audit.end('done');
  const lines = (await objects('ended')).flatMap((part) => part.lines);
  expect(lines.at(-1)).toMatchObject({ event: 'end', outcome: 'done', results: { applied: 2, gone: 1 } });
});

test('many results are written in parts whose names are in their order', async () => {
  const audit = await startOn('many');
  for (let n = 0; n < 1_200; n++) audit.result({ eventId: `e${n}`, result: 'applied' });
  await audit.end('done');
  const parts = await objects('many');
  expect(parts.map(({ lines }) => lines.length)).toEqual([1, 500, 500, 201]);
  const ids = parts.flatMap(({ lines }) => lines).flatMap((line) => ('eventId' in line ? line.eventId : []));
  expect(ids).toEqual(Array.from({ length: 1_200 }, (_, n) => `e${n}`));
});

test('what the place refuses is told at the next flush, and ends whoever notes a result', async () => {
  const clock = new VirtualClock(START);
  let isFull = false;
  const place = {
    title: 'somewhere',
    write: async () => {
      if (isFull) throw new Error('full');
    },
  };
  const audit = await startAudit({ start, place, clock, newId: () => 'refused' });
  isFull = true;
  audit.result({ result: 'applied' });
  await clock.advance(1_000);
  await expect(audit.flush()).rejects.toThrow('full');
  expect(() => audit.result({ result: 'applied' })).toThrow('full');
  await expect(audit.end('done')).rejects.toThrow('full');
});

test('a file takes lines of many runs, and nobody but its owner reads it', async () => {
  const path = join(folder, 'audit.jsonl');
  const place = auditPlace(`file:${path}`, clients);
  for (const run of ['one', 'two']) {
    const audit = await startAudit({ start, place, clock: new VirtualClock(START), newId: () => run });
    await audit.end('done');
  }
  expect(linesIn(readFileSync(path, 'utf8')).map(({ event, run }) => `${run} ${event}`)).toEqual([
    'one start',
    'one end',
    'two start',
    'two end',
  ]);
});

test.each(['s3:bucket', 's3://', 'dynamodb:', 'file:', 'ftp://host', 'audit.jsonl'])(
  '%s is no place',
  (text) => {
    expect(() => auditPlace(text, clients)).toThrow(Problem);
  },
);

test("an object's name is in the order of time", () => {
  const name = (startedMs: number, part: number) =>
    objectName({ run: 'r', startedMs, command: 'pause' }, part);
  const names = [
    name(START, 0),
    name(START, 1),
    name(START, 10),
    name(START + 1_000, 0),
    name(START + 86_400_000, 0),
  ];
  expect(names.toSorted()).toEqual(names);
});

function open(options: Partial<AuditOptions>, audit: { bucket: string } | 'none' = { bucket: BUCKET }) {
  const err = { write: (text: string) => said.push(text) } as unknown as NodeJS.WriteStream;
  return openAudit(
    { clock: new VirtualClock(START), environment: {}, err },
    {
      audit: audit === 'none' ? undefined : audit,
      clients,
      gatewayUrl: 'http://127.0.0.1:1',
      stage: 'local',
    },
    { yes: false, ...options },
    { command: 'pause', arguments: [] },
  );
}

test('by default the entry is in the bucket of the stage', async () => {
  expect((await open({})).place).toBe(`s3://${BUCKET}/audit`);
});

test('nothing is begun where the entry cannot be written', async () => {
  await expect(open({}, { bucket: 'not-there' })).rejects.toThrow(Problem);
  await expect(open({}, 'none')).rejects.toThrow(Problem);
});

test.each([
  [
    'names the AWS identity',
    async () => 'arn:aws:iam::123456789012:user/asha',
    { arn: 'arn:aws:iam::123456789012:user/asha' },
  ],
  [
    'goes by the access key where the identity cannot be asked',
    () => Promise.reject(new Error('denied')),
    {},
  ],
])('the entry %s', async (_, callerArn, expected) => {
  const file = join(folder, `${Object.keys(expected).length}.jsonl`);
  const system = {
    audit: undefined,
    clients: { ...clients, callerArn },
    gatewayUrl: undefined,
    stage: 'dev',
  };
  const context = { clock: new VirtualClock(START), environment: {}, err: process.stderr };
  const options = { yes: false, audit: `file:${file}` };
  await openAudit(context, system, options, { command: 'pause', arguments: [] });
  const [begun] = linesIn(readFileSync(file, 'utf8'));
  const who = begun?.event === 'start' ? begun.who : undefined;
  expect(who).toMatchObject({ accessKeyId: 'local', ...expected });
  expect(who?.arn).toBe('arn' in expected ? expected.arn : undefined);
});

test('leaving no entry needs --yes, and is said loudly', async () => {
  await expect(open({ audit: false })).rejects.toThrow(Problem);
  expect((await open({ audit: false, yes: true })).place).toBeUndefined();
  expect(said.join()).toContain('WARNING');
});

test('parts are put together to one summary for each run, whatever their order', async () => {
  const text = (...lines: object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const begun = (run: string, at: string) => ({ event: 'start', run, at, ...start });
  const result = (run: string, result: string) => ({ event: 'result', run, at: '', result });
  const runs = joinRuns([
    text(result('b', 'applied'), result('b', 'gone'), { event: 'end', run: 'b', at: '', outcome: 'failed' }),
    text(begun('a', '2026-03-17T09:00:00.000Z')),
    'no line of ours\n',
    text(result('a', 'applied')),
    text(begun('b', '2026-03-17T10:00:00.000Z')),
  ]);
  expect(runs.map(({ run, outcome, results }) => [run, outcome, results])).toEqual([
    ['b', 'failed', { applied: 1, gone: 1 }],
    ['a', undefined, { applied: 1 }],
  ]);
});
