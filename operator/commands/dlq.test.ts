/** The dlq commands as they are called: what they print, what they exit with, and that they leave the queues as they were. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { streamRecord } from '../../test/support/record.ts';
import { startTestQueues, type TestQueues } from '../dead-letters/test-queues.ts';
import {
  announcement,
  envelope,
  givenUp,
  payloadOf,
  TEST_MESSAGE,
  threeRecords,
} from '../dead-letters/testing.ts';
import { ANYWHERE } from '../dead-letters/where.ts';
import type { System } from '../system/system.ts';
import { listLetters } from './dlq-list.ts';
import { rescueAll } from './dlq-rescue.ts';
import { dlqShowCommand, showLetters } from './dlq-show.ts';
import { testContext } from './testing.ts';

let folder: string;
let queues: TestQueues;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-dlq-'));
  queues = await startTestQueues();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await queues.stop();
});

async function showFile(content: unknown, ...options: string[]) {
  const bytes = content instanceof Uint8Array ? content : JSON.stringify(content);
  const context = testContext(bytes);
  await dlqShowCommand(context).parseAsync(['--file', '-', ...options], { from: 'user' });
  return { text: context.printed(), exitCode: context.exitCode() };
}

const shownAs = async (content: unknown, ...options: string[]) =>
  JSON.parse((await showFile(content, '--json', ...options)).text);

describe('dlq show --file', () => {
  test('says of a pointer where its records are, in exactly these names', async () => {
    const shown = await shownAs({ Messages: [{ Body: JSON.stringify(givenUp()) }] });
    expect(Object.keys(shown)).toEqual([
      'form',
      'condition',
      'streamArn',
      'shardId',
      'start',
      'end',
      'batchSize',
      'records',
      'resolvable',
      'reason',
    ]);
  });

  test('says of a pointer in a file whether its time is over', async () => {
    const around = (hours: number) => {
      const at = new Date(Date.now() - hours * 3_600_000).toISOString();
      return givenUp({ timestamp: at, info: { approximateArrivalOfFirstRecord: at } });
    };
    expect(await shownAs(around(1))).toMatchObject({ reason: { code: 'NEEDS_SYSTEM' } });
    expect(await shownAs(around(25))).toMatchObject({ reason: { code: 'POINTER_EXPIRED' } });
  });

  test('reads a file as it reads standard input', async () => {
    const file = join(folder, 'message.json');
    writeFileSync(file, JSON.stringify(envelope()));
    const context = testContext();
    await dlqShowCommand(context).parseAsync(['--file', file, '--json'], { from: 'user' });
    expect(JSON.parse(context.printed())).toEqual(await shownAs(envelope()));
  });

  test('masks images unless they are asked for', async () => {
    const letter = givenUp({ payload: payloadOf(threeRecords()) });
    const [masked] = (await shownAs(letter)).records;
    expect(masked.dynamodb.NewImage.unit).toEqual({ S: '***' });
    expect(masked.dynamodb.NewImage.PK).toEqual({ S: 'PRODUCT#p1' });
    expect((await shownAs(letter, '--show-images')).records).toEqual(threeRecords());
    expect((await showFile(letter)).text).not.toContain('Tomato');
  });

  test('shows several messages as a list', async () => {
    const shown = await shownAs([
      { Body: JSON.stringify(envelope()) },
      { Body: JSON.stringify(TEST_MESSAGE) },
    ]);
    expect(shown.map(({ form }: { form: string }) => form)).toEqual(['envelope', 'test-message']);
  });

  test('understands an object of ours, compressed', async () => {
    expect(await shownAs(gzipSync(JSON.stringify(envelope())))).toMatchObject({
      form: 'envelope',
      processor: 'bids',
    });
  });

  test('of a notification says which object to fetch', async () => {
    expect(await shownAs(announcement('failures', 'aws/lambda/uuid/shardId-1/2026/x'))).toMatchObject({
      form: 'failed-batch',
      shardId: 'shardId-1',
      resolvable: false,
      reason: { code: 'NEEDS_SYSTEM', details: expect.stringContaining('s3://failures/aws/lambda/uuid') },
    });
  });

  test('shows what nobody understands as unknown, and has done what it was asked', async () => {
    const context = testContext('not json');
    await dlqShowCommand(context).parseAsync(['--file', '-', '--json'], { from: 'user' });
    expect(JSON.parse(context.printed())).toMatchObject({ form: 'unknown', reason: { code: 'NOT_JSON' } });
    expect(context.exitCode()).toBe(0);
  });

  test('names a file that is not there', async () => {
    const showing = dlqShowCommand(testContext()).parseAsync(['--file', join(folder, 'none')], {
      from: 'user',
    });
    await expect(showing).rejects.toThrow(Problem);
  });
});

describe('over queues', () => {
  const letters = [0, 1, 2].map((index) =>
    envelope({ record: streamRecord({ seq: `${index + 1}`, eventID: `e${index}` }) }),
  );

  test('dlq list counts, in JSON and as a table, and leaves every letter with everybody', async () => {
    const bids = await queues.addProcessor('bids');
    await bids.send(...letters, letters[0], 'nonsense');
    const options = { where: [], by: ['processor', 'code'], resolve: true } as const;
    const json = testContext();
    await listLetters(json, bids.system(), { ...options, json: true });
    expect(JSON.parse(json.printed())).toMatchObject({
      stage: 'test',
      letters: 5,
      records: 3,
      repeated: 1,
      groups: [
        { by: { processor: 'bids', code: 'INVALID_BID' }, letters: 4, records: 3 },
        { by: { processor: 'bids', code: 'NOT_JSON' }, letters: 1, records: 0 },
      ],
      problems: [],
    });
    const text = testContext();
    await listLetters(text, bids.system(), { ...options, json: false });
    expect(text.printed()).toMatch(/bids +INVALID_BID +3 +4/);
    expect([json.exitCode(), text.exitCode()]).toEqual([0, 0]);
    expect(await bids.messages()).toEqual({ visible: 5, hidden: 0 });
  });

  test('a letter that claims to be another processor’s is found where it waits', async () => {
    const bids = await queues.addProcessor('bids');
    await bids.send(envelope({ processor: 'bookings' }));
    const where = ['processor=bids'];
    const list = testContext();
    await listLetters(list, bids.system(), { where, by: ['processor'], resolve: true, json: true });
    expect(JSON.parse(list.printed())).toMatchObject({ letters: 1, groups: [{ by: { processor: 'bids' } }] });
    const show = testContext();
    await showLetters(show, bids.system(), undefined, { where, limit: 10, json: true, showImages: false });
    expect(JSON.parse(show.printed())).toMatchObject([
      { processor: 'bids', reason: { code: 'OTHER_PROCESSOR' }, records: { length: 1 } },
    ]);
  });

  test('dlq list tells of a queue that it could not read, and exits with 1', async () => {
    const bids = await queues.addProcessor('bids');
    const system = bids.system();
    const gone = { ...bids, name: 'gone', queueUrl: `${bids.queueUrl}-gone` };
    const context = testContext();
    await listLetters(
      context,
      { ...system, processors: [gone, bids] },
      { where: [], by: ['processor'], resolve: true, json: true },
    );
    expect(JSON.parse(context.printed()).problems).toEqual([expect.stringContaining('gone: its queue')]);
    expect(context.exitCode()).toBe(1);
  });

  test('dlq show finds a letter by its event, with the filters too, and says when there is none', async () => {
    const bids = await queues.addProcessor('bids');
    await bids.send(...letters);
    const show = async (id: string | undefined, where: readonly string[]) => {
      const context = testContext();
      await showLetters(context, bids.system(), id, { where, limit: 10, json: true, showImages: false });
      return { shown: JSON.parse(context.printed()), exitCode: context.exitCode() };
    };
    expect(await show('e1', [])).toMatchObject({
      shown: [{ form: 'envelope', records: [{ eventID: 'e1' }], errors: [{ code: 'INVALID_BID' }] }],
      exitCode: 0,
    });
    expect((await show(undefined, ['code=INVALID_BID'])).shown).toHaveLength(3);
    expect(await show('e9', [])).toEqual({ shown: [], exitCode: 1 });
    await expect(show(undefined, ['processor=bid'])).rejects.toThrow(/no such processor; it has bids/);
    expect(await bids.messages()).toEqual({ visible: 3, hidden: 0 });
  });

  test('dlq rescue says when there is nothing to rescue, and exits with 1 when a pointer is left', async () => {
    const bids = await queues.addProcessor('bids');
    const where = { processor: [], code: [], key: [], event: [] };
    const nothing = testContext();
    await rescueAll(nothing, bids.system(), where, { json: false, dryRun: false }, undefined);
    expect([nothing.printed(), nothing.exitCode()]).toEqual([
      expect.stringContaining('nothing to rescue'),
      0,
    ]);
    await bids.send(givenUp({ info: { startSequenceNumber: undefined } }));
    const left = testContext();
    await rescueAll(left, bids.system(), where, { json: true, dryRun: false }, undefined);
    expect(JSON.parse(left.printed())).toMatchObject({
      pointers: [{ outcome: 'unresolvable', reason: { code: 'NO_SEQUENCE_NUMBERS' } }],
    });
    expect(left.exitCode()).toBe(1);
  });

  test('the trail of a rescue says failed where a pointer is left, as the exit code does', async () => {
    const bids = await queues.addProcessor('bids');
    const ends: string[] = [];
    const run = async () => {
      const context = testContext();
      await rescueAll(
        context,
        bids.system(),
        ANYWHERE,
        { json: true, dryRun: false },
        {
          place: undefined,
          result: ({ result }) => ends.push(result),
          flush: async () => {},
          end: async (outcome) => void ends.push(outcome),
        },
      );
      return context.exitCode();
    };
    expect([await run(), ends]).toEqual([0, ['done']]);
    await bids.send(givenUp({ info: { startSequenceNumber: undefined } }));
    expect([await run(), ends]).toEqual([1, ['done', 'unresolvable', 'failed']]);
  });

  test.each<[string, (system: System) => Promise<void>]>([
    [
      'show',
      (system) =>
        showLetters(testContext(), system, 'e1', { where: [], limit: 1, json: true, showImages: false }),
    ],
    [
      'rescue',
      (system) => rescueAll(testContext(), system, ANYWHERE, { json: true, dryRun: true }, undefined),
    ],
  ])('dlq %s waits for no queue before it has asked the others', async (_, run) => {
    const processors = [await queues.addProcessor('bids'), await queues.addProcessor('products')] as const;
    const asked = new Set<string>();
    const both = Promise.withResolvers<void>();
    const sqs = new Proxy(queues.sqs, {
      get(client, name) {
        if (name !== 'send') return Reflect.get(client, name);
        return async (command: { readonly input: { readonly QueueUrl?: string } }, ...rest: unknown[]) => {
          if (asked.add(command.input.QueueUrl ?? '').size === processors.length) both.resolve();
          await both.promise;
          return Reflect.apply(client.send, client, [command, ...rest]);
        };
      },
    });
    await run({ ...processors[0].system({ sqs }), processors });
    expect(asked.size).toBe(2);
  });
});
