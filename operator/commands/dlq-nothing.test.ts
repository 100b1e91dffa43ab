/** One rule for every command that works on letters: named and not there is a failure, none at all is not. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestQueues, type TestQueues } from '../dead-letters/test-queues.ts';
import { envelope } from '../dead-letters/testing.ts';
import { ANYWHERE, parseWhere, type Where } from '../dead-letters/where.ts';
import type { System } from '../system/system.ts';
import { discardLetters } from './dlq-discard.ts';
import { exportLetters } from './dlq-export.ts';
import { foundNothing } from './dlq-options.ts';
import { redriveLetters } from './dlq-redrive.ts';
import { rescueAll } from './dlq-rescue.ts';
import { showLetters } from './dlq-show.ts';
import { type TestContext, testContext } from './testing.ts';

let folder: string;
let queues: TestQueues;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-nothing-'));
  queues = await startTestQueues();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await queues.stop();
});

const fixture = () => join(folder, 'fixture.jsonl');

/** Each as it is called with filters; nothing must be changed, so nothing is confirmed or written down. */
const COMMANDS: Readonly<
  Record<string, (context: TestContext, system: System, where: readonly string[]) => Promise<void>>
> = {
  show: (context, system, where) =>
    showLetters(context, system, undefined, { where, limit: 10, json: false, showImages: false }),
  redrive: (context, system, where) =>
    redriveLetters(context, system, {
      where,
      json: false,
      yes: false,
      dryRun: false,
      concurrency: 1,
      force: false,
      showImages: false,
    }),
  rescue: (context, system, where) =>
    rescueAll(context, system, parseWhere(where, 0), { json: false, dryRun: false }, undefined),
  discard: (context, system, where) =>
    discardLetters(context, system, {
      where,
      all: where.length === 0,
      json: false,
      yes: false,
      reason: 'test data',
      dryRun: false,
    }),
  export: (context, system, where) =>
    exportLetters(context, system, { where, asFixture: fixture(), json: false, check: true }),
};

describe.concurrent.each(Object.keys(COMMANDS))('dlq %s', (command) => {
  test('fails only where letters were named that are not there', async () => {
    const bids = await queues.addProcessor('bids');
    const exitCode = async (...where: readonly string[]) => {
      const context = testContext();
      await COMMANDS[command]?.(context, bids.system(), where);
      return context.exitCode();
    };
    expect([await exitCode(), await exitCode('processor=bids'), await exitCode('event=e9')]).toEqual([
      0, 0, 1,
    ]);
    await bids.send(envelope());
    expect(await exitCode('processor=bids,code=OTHER')).toBe(1);
    expect(await bids.messages()).toEqual({ visible: 1, hidden: 0 });
    expect(existsSync(fixture())).toBe(false);
  });
});

test('a command says whether there is nothing, or nothing of the kind', () => {
  const said = (where: Where, id?: string) => {
    const context = testContext();
    foundNothing(context, where, id);
    return context.complained();
  };
  expect(said(ANYWHERE)).toBe('no dead letters\n');
  expect(said({ ...ANYWHERE, processor: ['bids'] })).toBe('no dead letters\n');
  const named: Partial<Where>[] = [
    { code: ['X'] },
    { key: ['p1'] },
    { event: ['e1'] },
    { since: 0 },
    { until: 0 },
  ];
  for (const where of named) expect(said({ ...ANYWHERE, ...where })).toMatch(/no such dead letter/);
  expect(said(ANYWHERE, 'e1')).toMatch(/no such dead letter/);
});
