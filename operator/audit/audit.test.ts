/** The audit trail: written before anything is done, in parts while it is done, wherever the operator says. */
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
import { auditPlace } from './places.ts';

const BUCKET = 'audit-here';
const START = Date.parse('2026-03-17T09:30:05Z');
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

/** In memory; each write takes as long as the test says. */
function memoryPlace(takes: () => Promise<void> = async () => {}) {
  const parts: AuditLine[][] = [];
  const write = async (_run: unknown, part: number, lines: readonly AuditLine[]) => {
    await takes();
    parts[part] = [...lines];
  };
  return { parts, place: { title: 'memory', write } };
}

test('every result is there a second later, also those that come after others were written', async () => {
  const clock = new VirtualClock(START);
  const { parts, place } = memoryPlace();
  const audit = await startAudit({ start, place, clock, newId: () => 'timed' });
  for (const result of ['applied', 'gone']) {
    audit.result({ result });
    await clock.advance(600);
    audit.result({ result });
    await clock.advance(400);
  }
  const at = (second: number, ms: number) => new Date(START + second * 1_000 + ms).toISOString();
  expect(parts.slice(1)).toMatchObject([
    [
      { result: 'applied', at: at(0, 0) },
      { result: 'applied', at: at(0, 600) },
    ],
    [
      { result: 'gone', at: at(1, 0) },
      { result: 'gone', at: at(1, 600) },
    ],
  ]);
});

test('one part is written after the other, and the end is there when it is said to be', async () => {
  const clock = new VirtualClock(START);
  let writing = 0;
  let most = 0;
  const { parts, place } = memoryPlace(async () => {
    most = Math.max(most, ++writing);
    await new Promise<void>((resolve) => clock.after(5_000, resolve));
    writing--;
  });
  const work = async () => {
    const audit = await startAudit({ start, place, clock, newId: () => 'slow' });
    for (let time = 0; time < 3; time++) {
      audit.result({ result: 'applied' });
      audit.flush().catch(() => {});
    }
    await audit.end('done');
    return parts.map((lines) => lines.map(({ event }) => event));
  };
  expect(await clock.runUntil(work())).toEqual([['start'], ['result'], ['result'], ['result'], ['end']]);
  expect(most).toBe(1);
});

test('nothing is written after a part that was refused: the trail would have a hole that nobody sees', async () => {
  let writes = 0;
  const place = {
    title: 'somewhere',
    write: async () => {
      if (++writes === 2) throw new Error('full');
    },
  };
  const clock = new VirtualClock(START);
  const audit = await startAudit({ start, place, clock, newId: () => 'hole' });
  audit.result({ result: 'applied' });
  await expect(audit.flush()).rejects.toThrow('full');
  await expect(audit.end('done')).rejects.toThrow('full');
  expect(writes).toBe(2);
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

test('leaving no entry needs --yes, and is said loudly', async () => {
  await expect(open({ audit: false })).rejects.toThrow(Problem);
  expect((await open({ audit: false, yes: true })).place).toBeUndefined();
  expect(said.join()).toContain('WARNING');
});
