/** What a script learns from the end of a command that works on letters: its exit code says what is left, and the trail what was typed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STREAM_ARN, streamRecord } from '../../test/support/record.ts';
import { startTestQueues, type TestProcessor, type TestQueues } from '../dead-letters/test-queues.ts';
import { envelope } from '../dead-letters/testing.ts';
import type { Clients } from '../system/system.ts';
import { discardLetters, dlqDiscardCommand } from './dlq-discard.ts';
import { exportLetters } from './dlq-export.ts';
import { asTyped, dlqRedriveCommand, type RedriveCommandOptions, redriveLetters } from './dlq-redrive.ts';
import { testContext } from './testing.ts';

let folder: string;
let queues: TestQueues;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-ends-'));
  queues = await startTestQueues();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await queues.stop();
});

const OPTIONS: RedriveCommandOptions = {
  where: [],
  json: false,
  yes: false,
  dryRun: false,
  concurrency: 4,
  force: false,
  showImages: false,
};

async function bidsOf(createdAt: Date): Promise<TestProcessor> {
  const bids = await queues.addProcessor('bids', [
    { id: 'mapping', word: '', table: 'bids', streamArn: STREAM_ARN },
  ]);
  await bids.send(envelope({ record: streamRecord({ at: createdAt.getTime() / 1000 }) }));
  return bids;
}

/** A function that applies everything; an answer without one thing is no answer. */
function applying(onCarryOut: () => void = () => {}): Partial<Clients> {
  const lambda = {
    async send({ input }: InvokeCommand) {
      const { redrive, Records: records } = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString());
      if (redrive.plan !== true) onCarryOut();
      const about = (record: { eventID: string; dynamodb: { SequenceNumber: string } }) => ({
        eventId: record.eventID,
        sequenceNumber: record.dynamodb.SequenceNumber,
      });
      const answer =
        redrive.plan === true
          ? { plan: records.map((one: never) => ({ ...about(one), verdict: 'apply' })) }
          : { outcomes: records.map((one: never) => ({ ...about(one), outcome: 'applied', settled: true })) };
      return { Payload: Buffer.from(JSON.stringify({ redrive, ...answer })) };
    },
  };
  const table = {
    send: async () => {
      throw new Error('away');
    },
  };
  return { lambda, dynamodb: () => table } as unknown as Partial<Clients>;
}

const LONG_AGO = new Date('2026-01-01T00:00:00Z');

describe.concurrent('dlq redrive', () => {
  test('exits with 130 when it is interrupted, and says so in the trail', async () => {
    const bids = await bidsOf(LONG_AGO);
    const interrupt = new AbortController();
    const context = { ...testContext(), signal: interrupt.signal };
    const trail = join(folder, 'interrupted.jsonl');
    const system = bids.system(applying(() => interrupt.abort()));
    const codes: number[] = [];
    await redriveLetters({ ...context, finish: (code) => codes.push(code) }, system, {
      ...OPTIONS,
      audit: `file:${trail}`,
      force: true,
    });
    expect(codes).toEqual([130]);
    expect(readFileSync(trail, 'utf8')).toContain('"outcome":"interrupted"');
  });

  test('tells nobody what is older than --max-age, but with --force', async () => {
    const bids = await bidsOf(LONG_AGO);
    const run = async (force: boolean) => {
      const context = testContext();
      const audit = `file:${join(folder, 'forced.jsonl')}`;
      const options = { ...OPTIONS, audit, maxAge: 3_600_000, force, json: true };
      await redriveLetters(context, bids.system(applying()), options);
      const { results, left } = JSON.parse(context.printed());
      return [results[0].result, left.length, context.exitCode()];
    };
    expect(await run(false)).toEqual(['too-old', 1, 1]);
    expect(await run(true)).toEqual(['applied', 0, 0]);
  });

  test('tells nobody what is so old that it may have been told and forgotten, but with --force', async () => {
    const bids = await bidsOf(LONG_AGO);
    const run = async (age: { readonly maxAge?: number }, force: boolean) => {
      const context = testContext();
      const audit = `file:${join(folder, 'forgotten.jsonl')}`;
      const options = { ...OPTIONS, ...age, audit, force, json: true };
      await redriveLetters(context, bids.system(applying()), options);
      return JSON.parse(context.printed()).results[0].result;
    };
    expect(await run({}, false)).toBe('too-old');
    expect(await run({ maxAge: 20 * 365 * 86_400_000 }, false)).toBe('too-old');
    expect(await run({}, true)).toBe('applied');
  });

  test.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['6h', 21_600_000],
    ['2d', 172_800_000],
  ])('understands an age of %s', (text, ms) => {
    const command = dlqRedriveCommand(testContext()).exitOverride();
    command.parseOptions(['--max-age', text]);
    expect(command.opts()).toMatchObject({ maxAge: ms, concurrency: 4, dryRun: false, force: false });
  });

  test.each(['--max-age=6', '--max-age=h', '--max-age=-6h', '--limit=0', '--limit=1.5', '--rate=x'])(
    'refuses %s',
    (option) => {
      const command = dlqRedriveCommand(testContext())
        .exitOverride()
        .configureOutput({ writeErr: () => {} });
      expect(() => command.parseOptions([option])).toThrow(/expected/);
    },
  );

  test('is written down as it was typed', () => {
    const options = { where: ['code=X', 'key=a b'], limit: 5, stopAfter: 2, maxAge: 60_000, force: true };
    expect(asTyped({ ...OPTIONS, ...options })).toEqual([
      '--where code=X',
      '--where key=a b',
      '--limit 5',
      '--concurrency 4',
      '--stop-after 2',
      '--max-age 60000ms',
      '--force',
    ]);
    expect(asTyped(OPTIONS)).toEqual(['--concurrency 4']);
  });
});

describe.concurrent('dlq discard', () => {
  const run = async (bids: TestProcessor, json: boolean, signal = new AbortController().signal) => {
    const context = { ...testContext(), signal };
    const audit = `file:${join(folder, `${bids.queueUrl.split('/').at(-1)}.jsonl`)}`;
    const options = { where: [], all: true, limit: 1, json, yes: true, reason: 'r', audit, dryRun: false };
    await discardLetters(context, bids.system(), options);
    return { context, audit: audit.slice('file:'.length) };
  };

  test('says how much went, and writes down what was typed', async () => {
    const bids = await bidsOf(LONG_AGO);
    const { context, audit } = await run(bids, false);
    expect(context.printed()).toMatch(/\n1 letter gone\n$/);
    expect(context.exitCode()).toBe(0);
    expect(JSON.parse(readFileSync(audit, 'utf8').split('\n')[0] ?? '')).toMatchObject({
      arguments: ['--all', '--limit 1'],
    });
  });

  test('exits with 1 where a letter stays that may be read later', async () => {
    const bids = await bidsOf(LONG_AGO);
    const key = 'dead-letters/bids/denied.json.gz';
    await bids.put(key, 'x');
    const s3 = {
      send: async (command: { constructor: { name: string } }) => {
        if (command.constructor.name === 'GetObjectCommand')
          throw Object.assign(new Error('denied'), { name: 'AccessDenied' });
        return queues.s3.send(command as never);
      },
    };
    const context = testContext();
    const options = { where: [], all: true, json: true, yes: true, dryRun: true };
    await discardLetters(context, bids.system({ s3: s3 as never }), options);
    expect(JSON.parse(context.printed())).toMatchObject({ kept: [{ reason: { code: 'OBJECT_DENIED' } }] });
    expect(context.exitCode()).toBe(1);
  });

  test.each([
    [['--where', 'code=X', '--all', '--reason', 'r'], /--all/],
    [['--all', '--reason', '  '], /--reason/],
    [['--dry-run'], /--where/],
  ])('refuses %j', async (line, problem) => {
    await expect(dlqDiscardCommand(testContext()).parseAsync(line, { from: 'user' })).rejects.toThrow(
      problem,
    );
  });
});

test('dlq export exits with 1 where the function could not say whether the redacted records still fail', async () => {
  const bids = await bidsOf(LONG_AGO);
  const exported = async (name: string, check: boolean) => {
    const context = testContext();
    const asFixture = join(folder, `${name}.jsonl`);
    await exportLetters(context, bids.system(applying()), { where: [], json: false, check, asFixture });
    return { text: context.printed(), exitCode: context.exitCode() };
  };
  const { text, exitCode } = await exported('unanswered', true);
  expect([text.includes('1 record could not be described'), exitCode]).toEqual([true, 1]);
  const unasked = await exported('unasked', false);
  expect([unasked.text.split('\n').length, unasked.exitCode]).toEqual([2, 0]);
});
