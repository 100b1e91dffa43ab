import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../shared/time/clock.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { createFunctionPool, type FunctionPool } from './function-pool.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-function-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let pool: FunctionPool | undefined;
afterEach(() => pool?.stop());

let files = 0;
function poolOf(
  source: string,
  settings: { memoryMb?: number; timeoutMs?: number; maxConcurrency?: number; clock?: Clock } = {},
) {
  const file = join(folder, `function-${files++}.mjs`);
  writeFileSync(file, source);
  const lines: string[] = [];
  let ids = 0;
  pool = createFunctionPool({
    function: {
      system: 'shop',
      name: 'follow',
      arn: 'arn:aws:lambda:here:000000000000:function:follow',
      file,
      exportName: 'handler',
      memoryMb: settings.memoryMb ?? 128,
      timeoutMs: settings.timeoutMs ?? 20_000,
      environment: {},
    },
    environment: { OWN: 'yes' },
    clock: settings.clock ?? systemClock,
    newId: () => `id-${ids++}`,
    log: (line) => lines.push(line),
    maxConcurrency: settings.maxConcurrency ?? 1,
  });
  return { pool, lines };
}

test('a function is loaded once, sees only its own environment, and gets the context Lambda gives', async () => {
  const { pool: functions } = poolOf(`
    let calls = 0;
    export const handler = async (event, context) => ({
      calls: ++calls, event, own: process.env.OWN, path: process.env.PATH ?? null,
      id: context.awsRequestId, name: context.functionName, memory: context.memoryLimitInMB,
      inTime: context.getRemainingTimeInMillis() > 0 && context.getRemainingTimeInMillis() <= 20000,
    });`);
  await functions.invoke('first', '{"Records":[]}');
  expect(await functions.invoke('second', '{"Records":[1]}')).toEqual({
    kind: 'returned',
    payload: {
      calls: 2,
      event: { Records: [1] },
      own: 'yes',
      path: null,
      id: 'second',
      name: 'follow',
      memory: '128',
      inTime: true,
    },
  });
});

test('log lines come through whole, also when the function is ended in the middle', async () => {
  const { pool: functions, lines } = poolOf(
    `export const handler = async () => {
      console.log('one'); process.stdout.write('two\\nthr'); process.stderr.write('error\\n'); process.stdout.write('ee\\n');
      await new Promise((resolve) => setTimeout(resolve, 20)); for (;;);
    };`,
    { timeoutMs: 1_000 },
  );
  expect(await functions.invoke('endless', '{}')).toEqual({ kind: 'timeout' });
  expect(lines.slice(0, 4)).toEqual(['one', 'two', 'error', 'three']);
  expect(lines[4]).toContain('Task timed out after 1.00 seconds');
});

test.each([
  ['what it throws', `throw new RangeError('too far')`, { errorType: 'RangeError', errorMessage: 'too far' }],
  ['its own exit', 'process.exit(3)', { errorType: 'Runtime.ExitError' }],
  [
    'an error nobody awaits',
    `setTimeout(() => { throw new Error('later') }); await new Promise(() => {})`,
    { errorType: 'Error' },
  ],
  [
    'running out of memory',
    'const all = []; for (;;) all.push(new Array(1e5).fill(all.length + 0.5))',
    { errorType: 'Runtime.OutOfMemory' },
  ],
])('a function fails by %s, and the next invocation finds a fresh worker', async (_, body, error) => {
  const { pool: functions } = poolOf(
    `export const handler = async (event) => { if (event.ok) return 'fine'; ${body} };`,
  );
  expect(await functions.invoke('bad', '{}')).toMatchObject({ kind: 'error', ...error });
  expect(await functions.invoke('good', '{"ok":true}')).toEqual({ kind: 'returned', payload: 'fine' });
});

test('a function that cannot be loaded is an error of each invocation', async () => {
  const { pool: functions } = poolOf(`throw new Error('no database');`);
  expect(await functions.invoke('a', '{}')).toMatchObject({ kind: 'error', errorMessage: 'no database' });
  const { pool: other } = poolOf('export const wrong = 1;');
  expect(await other.invoke('b', '{}')).toMatchObject({
    kind: 'error',
    errorMessage: 'it exports no function named handler',
  });
});

test('more invocations than allowed wait for their turn', async () => {
  const { pool: functions } = poolOf(
    `let running = 0;
    export const handler = async () => { running++; await new Promise((resolve) => setImmediate(resolve)); return running--; };`,
    { maxConcurrency: 1 },
  );
  const results = await Promise.all(['a', 'b', 'c'].map((id) => functions.invoke(id, '{}')));
  expect(results).toEqual(Array.from({ length: 3 }, () => ({ kind: 'returned', payload: 1 })));
});

test('a worker that nobody needs for a while is ended, one that is needed in time is kept', async () => {
  const clock = new VirtualClock(0);
  const { pool: functions } = poolOf('let times = 0; export const handler = async () => ++times;', { clock });
  const times = async () => {
    const result = await functions.invoke('id', '{}');
    return result.kind === 'returned' ? result.payload : result;
  };
  expect(await times()).toBe(1);
  await clock.advance(9_000);
  expect(await times()).toBe(2);
  await clock.advance(9_000);
  expect(await times()).toBe(3);
  await clock.advance(11_000);
  expect(await times()).toBe(1);
});
