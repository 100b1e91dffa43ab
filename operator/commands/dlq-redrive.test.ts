/** Redrive, discard and export as they are called: what they print, exit with, write down, and leave. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readFixture } from '../../fixtures/read.ts';
import { bidRecord } from '../../test/support/bid.ts';
import { embeddedDynamoDb } from '../../test/support/market-tables.ts';
import { productImage, productKeys, streamRecord } from '../../test/support/record.ts';
import { type RedriveEngines, startRedriveEngines } from '../../test/support/redrive-engines.ts';
import type { RedriveWorld } from '../../test/support/redrive-world.ts';
import { type DiscardCommandOptions, discardLetters, dlqDiscardCommand } from './dlq-discard.ts';
import { checkedPath, type ExportCommandOptions, exportLetters } from './dlq-export.ts';
import { type RedriveCommandOptions, redriveLetters } from './dlq-redrive.ts';
import { testContext } from './testing.ts';

describe.skipIf(!embeddedDynamoDb)('the dlq commands that change something', () => {
  let engines: RedriveEngines;
  let world: RedriveWorld;
  let folder: string;
  beforeAll(async () => {
    engines = await startRedriveEngines();
  });
  afterAll(() => engines?.close());
  beforeEach(async () => {
    world = await engines.world();
    folder = mkdtempSync(join(tmpdir(), 'streamkeeper-commands-'));
    return () => rmSync(folder, { recursive: true, force: true });
  });

  const trail = () => join(folder, 'audit.jsonl');
  const audited = () =>
    readFileSync(trail(), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  const redriveOptions = (given: Partial<RedriveCommandOptions> = {}): RedriveCommandOptions => ({
    where: [],
    json: false,
    yes: false,
    audit: `file:${trail()}`,
    dryRun: false,
    concurrency: 2,
    force: false,
    showImages: false,
    ...given,
  });

  async function run(options: Partial<RedriveCommandOptions> = {}) {
    const context = testContext();
    await redriveLetters(context, world.process().system, redriveOptions(options));
    return { text: context.printed(), exitCode: context.exitCode() };
  }

  const change = (id: string, eventID: string) =>
    streamRecord({ eventID, keys: productKeys(id), newImage: productImage(id) });
  const invalidBid = (eventID: string, amount: object) => {
    const record = bidRecord({ after: {} }, { eventID });
    return { ...record, dynamodb: { ...record.dynamodb, NewImage: { ...record.dynamodb.NewImage, amount } } };
  };

  it('a dry run prints the plan and exits with 0 when a redrive would settle all, with 1 when something would stay', async () => {
    await world.put(productImage('p1'));
    await world.letter('products', change('p1', 'e1'));
    const plan = await run({ dryRun: true });
    expect(plan.exitCode).toBe(0);
    expect(plan.text).toMatch(/products +apply +1 +INVALID_BID +as in the record +PK=PRODUCT#p1 SK=DETAILS/);
    expect(plan.text).not.toContain('Tomato');
    await world.letter('products', change('', 'e2'));
    expect((await run({ dryRun: true })).exitCode).toBe(1);
  });

  it('a redrive says what it did, writes it down, and exits with 1 while something is left', async () => {
    await world.put(productImage('p1'));
    await world.letter('products', change('p1', 'e1'));
    await world.letter('products', change('', 'e2'));
    const { text, exitCode } = await run({ reason: 'mapping mended' });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/1 (applied|superseded), 1 unresolvable; 1 letter gone/);
    expect(text).toContain('  streamkeeper dlq discard --local --where processor=products,code=');
    const lines = audited();
    expect(lines[0]).toMatchObject({ event: 'start', command: 'dlq redrive', reason: 'mapping mended' });
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'result', eventId: 'e2', code: 'MALFORMED_KEY' }),
    );
    expect(lines.at(-1)).toMatchObject({ event: 'end', outcome: 'failed' });
    expect(JSON.stringify(lines)).not.toContain('Tomato');
  });

  it('prints one JSON object with plan, results and left', async () => {
    await world.letter('products', change('p9', 'e9'));
    const { text, exitCode } = await run({ json: true });
    expect(exitCode).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      stage: 'test',
      plan: { records: 1, rows: [{ processor: 'products', verdict: 'gone', records: 1 }] },
      results: [{ eventId: 'e9', verdict: 'gone', result: 'gone', settled: true }],
      left: [],
      settled: true,
    });
  });

  it('shows images only when it is asked to', async () => {
    await world.put(productImage('p1'));
    await world.letter('products', change('p1', 'e1'));
    expect((await run({ dryRun: true, showImages: true })).text).toContain('Tomato');
    expect((await run({ dryRun: true, json: true })).text).not.toContain('Tomato');
  });

  it('changes nothing on production unless it is confirmed', async () => {
    await world.letter('products', change('p9', 'e9'));
    const production = { ...world.process().system, production: true };
    await expect(redriveLetters(testContext(), production, redriveOptions())).rejects.toThrow(/add --yes/);
    await world.forgetHolds();
    expect(await world.waiting('products')).toBe(1);
    await redriveLetters(testContext(), production, redriveOptions({ yes: true }));
    expect(await world.waiting('products')).toBe(0);
  });

  it('refuses --max-age for what reaches nobody', async () => {
    await expect(run({ where: ['processor=products'], maxAge: 1 })).rejects.toThrow(
      /bids, conversations, bookings/,
    );
  });

  it('changes nothing when the audit trail cannot be written', async () => {
    await world.letter('products', change('p9', 'e9'));
    await expect(run({ audit: `file:${folder}/none/audit` })).rejects.toThrow(/nothing was done/);
    expect(await world.messages('products')).toHaveLength(1);
  });

  const discardOptions = (given: Partial<DiscardCommandOptions>): DiscardCommandOptions => ({
    where: ['processor=products'],
    json: false,
    yes: true,
    reason: 'test data',
    audit: `file:${trail()}`,
    dryRun: false,
    all: false,
    ...given,
  });

  async function discarded(given: Partial<DiscardCommandOptions>) {
    const context = testContext();
    await discardLetters(context, world.process().system, discardOptions(given));
    return { text: context.printed(), exitCode: context.exitCode() };
  }

  it('a discard deletes what was chosen, keeps what else is in its letters, and writes down what and why', async () => {
    await world.batch('products', [change('p1', 'e1'), change('p2', 'e2')]);
    await world.letter('products', change('p3', 'e3'));
    const { text, exitCode } = await discarded({ where: ['event=e1'] });
    expect(exitCode).toBe(0);
    expect(text).toContain('PK=PRODUCT#p1 SK=DETAILS');
    const left = (await world.messages('products')).map((body) => JSON.parse(body).record.eventID).sort();
    expect(left).toEqual(['e2', 'e3']);
    expect(await world.objects('products')).toEqual([]);
    expect(audited()).toMatchObject([
      { event: 'start', command: 'dlq discard', reason: 'test data', arguments: ['--where event=e1'] },
      { result: 'discarded', eventId: 'e1', key: 'PK=PRODUCT#p1 SK=DETAILS', code: 'RetryAttemptsExhausted' },
      { result: 'put-back', eventId: 'e2' },
      { event: 'end', outcome: 'done' },
    ]);
  });

  it('a discard takes what nobody understands too', async () => {
    await world.message('products', 'something else');
    expect((await discarded({})).exitCode).toBe(0);
    expect(await world.waiting('products')).toBe(0);
  });

  it('a discard is confirmed on every stage', async () => {
    await world.letter('products', change('p1', 'e1'));
    await expect(discarded({ yes: false })).rejects.toThrow(/add --yes/);
    expect(await world.messages('products')).toHaveLength(1);
  });

  it('a discard needs a reason, and to be told which letters', async () => {
    const call = (...line: string[]) => dlqDiscardCommand(testContext()).parseAsync(line, { from: 'user' });
    await expect(call('--where', 'code=X')).rejects.toThrow(/--reason/);
    await expect(call('--reason', 'because')).rejects.toThrow(/--where/);
  });

  async function exported(given: Partial<ExportCommandOptions> = {}) {
    const context = testContext();
    const asFixture = join(folder, 'fixture.jsonl');
    await exportLetters(context, world.process().system, {
      where: [],
      json: false,
      check: true,
      asFixture,
      ...given,
    });
    const records: unknown[] = [];
    for await (const record of readFixture(asFixture)) records.push(record);
    return { text: context.printed(), exitCode: context.exitCode(), file: asFixture, records };
  }

  it('an export is a recording for its owner only, without what is somebody’s, that fails as the original does', async () => {
    await world.letter('bids', invalidBid('e1', { S: 'some twenty' }));
    const { text, exitCode, file, records } = await exported();
    expect(exitCode).toBe(0);
    expect(text).toContain('decides about each as about the original');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(records).toMatchObject([
      {
        eventID: 'e1',
        dynamodb: { NewImage: { amount: { S: expect.stringMatching(/^[a-z]{4} [a-z]{6}$/) } } },
      },
    ]);
    expect(JSON.stringify(records)).not.toMatch(/twenty|Friday|vendor"|buyer"/);
    expect(await world.messages('bids')).toHaveLength(1);
    await expect(exported()).rejects.toThrow(/exists/);
  });

  it('an export says which records are decided otherwise without what was redacted', async () => {
    const rules = join(folder, 'rules.json');
    writeFileSync(rules, '{"version":1,"rules":[{"attributes":["SK"],"as":"redact"}]}');
    await world.letter('bids', bidRecord({ after: {} }, { eventID: 'e1' }));
    const { text, exitCode } = await exported({ rules });
    expect(text).toMatch(/event e1: was effect, redacted it is ignored: .*--rules/);
    expect(exitCode).toBe(1);
  });

  it('an export is of one stream', async () => {
    await world.letter('bids', invalidBid('e1', { S: 'x' }));
    await world.letter('products', change('p1', 'e2'));
    await expect(exported()).rejects.toThrow(/--where processor/);
  });

  it('an export leaves the working folder only by a whole path', () => {
    expect(checkedPath('a/b.jsonl', '/home/me')).toBe('/home/me/a/b.jsonl');
    expect(checkedPath('/tmp/b.jsonl', '/home/me')).toBe('/tmp/b.jsonl');
    expect(() => checkedPath('../b.jsonl', '/home/me')).toThrow(/whole path/);
    expect(() => checkedPath('a/../../b.jsonl', '/home/me')).toThrow(/whole path/);
  });
});
