/** Wherever an audit trail is kept, its parts are added in order, and none replaces another. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import type { Clients } from '../system/system.ts';
import { startAudit } from './audit.ts';
import type { AuditLine } from './entry.ts';
import { auditPlace, inBucket, objectName } from './places.ts';

const START = Date.parse('2026-03-17T09:30:05Z');
const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-places-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of a place that needs none. */
const clients = {} as Clients;
const start = { who: { user: 'asha', host: 'desk' }, stage: 'dev', command: 'dlq redrive', arguments: [] };
const run = { run: 'r1', startedMs: START, command: 'dlq redrive' };
const line = (result: string): AuditLine => ({ event: 'result', run: 'r1', at: 'now', result });

const linesIn = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as AuditLine);

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
  expect(statSync(path).mode & 0o777).toBe(0o600);
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

test("an object's name says the command in characters that every tool takes", () => {
  expect(objectName({ ...run, command: 'dlq redrive/all' }, 3)).toBe(
    '2026/03/17/093005-dlq-redrive-all-r1.0003.jsonl',
  );
});

test.each([
  ['s3://trails', 'trails', '2026/03/17/'],
  ['s3://trails/', 'trails', '2026/03/17/'],
  ['s3://trails/of/us/', 'trails', 'of/us/2026/03/17/'],
])('%s is a bucket and what its keys begin with', async (text, bucket, prefix) => {
  const put: PutObjectCommand['input'][] = [];
  const send = async ({ input }: PutObjectCommand) => put.push(input);
  const place = auditPlace(text, { ...clients, s3: { send } as unknown as Clients['s3'] });
  await place.write(run, 0, [line('a'), line('b')]);
  expect(put).toMatchObject([{ Bucket: bucket, Key: `${prefix}093005-dlq-redrive-r1.0000.jsonl` }]);
  expect(linesIn(String(put[0]?.Body))).toEqual([line('a'), line('b')]);
  expect(place.title).toBe(text.replace(/\/$/, ''));
});

test('by default the entry is below audit/', () => {
  expect(inBucket({} as Clients, 'stage').title).toBe('s3://stage/audit');
});

/** A table of these keys, and what is put into it. */
function table(...keys: readonly (readonly [name: string, kind: 'HASH' | 'RANGE', type: string])[]) {
  const put: PutItemCommand['input'][] = [];
  let described = 0;
  const send = async (command: unknown) => {
    if (command instanceof PutItemCommand) put.push(command.input);
    else if (command instanceof DescribeTableCommand) described++;
    const schema = keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType }));
    const types = keys.map(([AttributeName, , AttributeType]) => ({ AttributeName, AttributeType }));
    // Of an index, which is none of the table's keys.
    const others = [{ AttributeName: 'number', AttributeType: 'N' }];
    return { Table: { KeySchema: schema, AttributeDefinitions: [...others, ...types] } };
  };
  const place = auditPlace('dynamodb:trails', { ...clients, dynamodb: () => ({ send }) as never });
  return { place, put, described: () => described };
}

test.each([
  [
    'partition and sort key: the run and the part',
    table(['sk', 'RANGE', 'S'], ['pk', 'HASH', 'S']),
    [
      { pk: { S: 'audit#r1' }, sk: { S: '0000' } },
      { pk: { S: 'audit#r1' }, sk: { S: '0001' } },
    ],
  ],
  [
    'partition key only: both in one',
    table(['pk', 'HASH', 'S']),
    [{ pk: { S: 'audit#r1#0000' } }, { pk: { S: 'audit#r1#0001' } }],
  ],
])('a table takes each part as an item of its own, by %s', async (_, { place, put, described }, keys) => {
  await place.write(run, 0, [line('a')]);
  await place.write(run, 1, [line('b'), line('c')]);
  expect(put).toMatchObject(keys.map((key) => ({ TableName: 'trails', Item: key })));
  expect(put[1]?.Item).toMatchObject({
    startedAt: { S: '2026-03-17T09:30:05.000Z' },
    command: { S: 'dlq redrive' },
    lines: { L: [line('b'), line('c')].map((one) => ({ S: JSON.stringify(one) })) },
  });
  expect(described()).toBe(1);
});

test('a table whose keys are no texts is refused, by the name of the key', async () => {
  const { place, put } = table(['pk', 'HASH', 'S'], ['at', 'RANGE', 'N']);
  await expect(place.write(run, 0, [])).rejects.toThrow(Problem);
  await expect(place.write(run, 0, [])).rejects.toThrow(/key at of table trails/);
  expect(put).toEqual([]);
});
