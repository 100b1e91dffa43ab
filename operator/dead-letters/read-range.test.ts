/** A range is read past empty pages and expired iterators; what is gone, refused or out of reach are different answers. */
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { readRange } from './read-range.ts';
import { type Answer, startScriptedStream } from './test-stream.ts';

const EMPTY: Answer = { numbers: [] };

/** From 9 to 11: as text they would be in the wrong order. */
async function read(answers: readonly Answer[], onRecords: (count: number) => boolean = () => true) {
  const stream = await startScriptedStream(answers);
  // Real time would pass in the pauses; here they end at once.
  const pauses: number[] = [];
  const clock = {
    now: () => 0,
    after(ms: number, run: () => void) {
      pauses.push(ms);
      return endAtOnce(run);
    },
  };
  const numbers: string[] = [];
  const ended = await readRange({
    client: stream.client,
    clock,
    random: () => 0.5,
    signal: new AbortController().signal,
    streamArn: 'arn',
    shardId: 'shard-1',
    start: '9',
    end: '11',
    onRecords(records) {
      numbers.push(...records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? ''));
      return onRecords(numbers.length);
    },
  });
  await stream.stop();
  return {
    ended,
    numbers,
    asked: stream.asked,
    pauses,
    code: ended.kind === 'incomplete' ? ended.reason.code : undefined,
  };
}

test('pages are read until a number beyond the end, compared as numbers', async () => {
  const { ended, numbers } = await read([{ numbers: ['9'] }, { numbers: ['10', '11', '100'] }]);
  expect(ended).toEqual({ kind: 'complete' });
  expect(numbers).toEqual(['9', '10', '11']);
});

test('a gap in the numbers is no end', async () => {
  const { ended, numbers } = await read([{ numbers: ['9'] }, { numbers: ['12'] }]);
  expect(ended).toEqual({ kind: 'complete' });
  expect(numbers).toEqual(['9']);
});

test('empty pages are passed, up to a bound', async () => {
  const some = Array(99).fill(EMPTY);
  expect((await read([{ numbers: ['9'] }, ...some, { numbers: ['11'] }])).numbers).toEqual(['9', '11']);
  const { code, numbers } = await read([{ numbers: ['9'] }, EMPTY]);
  expect([code, numbers]).toEqual(['END_NOT_REACHED', ['9']]);
});

test('empty pages are counted from the last record on, and asked for five times a second at most', async () => {
  const some = Array(60).fill(EMPTY);
  const { ended, pauses } = await read([...some, { numbers: ['9'] }, ...some, { numbers: ['11'] }]);
  expect(ended).toEqual({ kind: 'complete' });
  expect(pauses).toEqual(Array(120).fill(200));
});

test('a shard that gives no iterator has not been read', async () => {
  const ended = await readRange({
    client: { send: async () => ({}) } as never,
    clock: new VirtualClock(),
    random: () => 0,
    signal: new AbortController().signal,
    streamArn: 'arn',
    shardId: 'shard-1',
    start: '9',
    end: '11',
    onRecords: () => true,
  });
  expect(ended).toMatchObject({ kind: 'incomplete', reason: { code: 'END_NOT_REACHED' } });
});

test('a shard that ends too early says so', async () => {
  expect(await read([{ numbers: ['9'], closed: true }])).toMatchObject({
    code: 'END_NOT_REACHED',
    numbers: ['9'],
  });
});

test('a shard that ends with the last record is complete', async () => {
  expect(await read([{ numbers: ['9', '11'], closed: true }])).toMatchObject({ ended: { kind: 'complete' } });
});

test('an expired iterator is renewed after the last record, or at the start where there is none yet', async () => {
  const expired: Answer = { error: 'ExpiredIteratorException' };
  const { numbers, asked } = await read([expired, { numbers: ['9'] }, expired, { numbers: ['11'] }]);
  expect(numbers).toEqual(['9', '11']);
  expect(asked.filter((what) => what !== 'records')).toEqual(['AT 9', 'AT 9', 'AFTER 9']);
});

test('what was read stays read, also where an iterator expires after empty pages', async () => {
  const expired: Answer = { error: 'ExpiredIteratorException' };
  const { numbers, asked } = await read([{ numbers: ['9'] }, EMPTY, expired, { numbers: ['11'] }]);
  expect(numbers).toEqual(['9', '11']);
  expect(asked.filter((what) => what !== 'records')).toEqual(['AT 9', 'AFTER 9']);
});

test('what fails is tried again with growing pauses, for some seconds and no longer than a minute', async () => {
  const { code, pauses, asked } = await read([{ error: 'LimitExceededException' }]);
  expect(code).toBe('STREAM_UNREACHABLE');
  expect(asked.length).toBeLessThan(25);
  const passed = pauses.reduce((sum, ms) => sum + ms, 0);
  expect(passed).toBeGreaterThan(5_000);
  expect(passed).toBeLessThan(60_000);
  expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
  // An iterator that expired is nobody's overload.
  const expired: Answer = { error: 'ExpiredIteratorException' };
  expect((await read([expired, { numbers: ['9', '11'] }])).pauses).toEqual([]);
});

test('nine failures in a row are no end', async () => {
  const { ended } = await read([
    ...Array<Answer>(9).fill({ error: 'InternalServerError' }),
    { numbers: ['9', '11'] },
  ]);
  expect(ended).toEqual({ kind: 'complete' });
});

test('throttling and what may pass are tried again', async () => {
  const passing = ['LimitExceededException', 'ThrottlingException', 'InternalServerError'];
  const { ended } = await read([...passing.map((error) => ({ error })), { numbers: ['9', '11'] }]);
  expect(ended).toEqual({ kind: 'complete' });
});

test('failures are counted anew after a page: many that pass, here and there, are no end', async () => {
  const few: Answer[] = Array(6).fill({ error: 'InternalServerError' });
  const { ended, numbers } = await read([...few, { numbers: ['9'] }, ...few, { numbers: ['11'] }]);
  expect([ended.kind, numbers]).toEqual(['complete', ['9', '11']]);
});

test('what does not pass is out of reach', async () => {
  expect(await read([{ error: 'InternalServerError' }])).toMatchObject({ code: 'STREAM_UNREACHABLE' });
});

test.each([
  ['TrimmedDataAccessException', 'STREAM_TRIMMED'],
  ['ResourceNotFoundException', 'STREAM_NOT_FOUND'],
  ['ValidationException', 'POINTER_REFUSED'],
  ['AccessDeniedException', 'STREAM_DENIED'],
  ['UnrecognizedClientException', 'STREAM_DENIED'],
  ['ExpiredTokenException', 'STREAM_DENIED'],
])('%s is %s, whichever request it answers', async (error, code) => {
  expect(await read([{ iteratorError: error }])).toMatchObject({ code, numbers: [] });
  expect(await read([{ numbers: ['9'] }, { error }])).toMatchObject({ code, numbers: ['9'] });
});

test('whoever takes the records may end the reading', async () => {
  const { ended, numbers } = await read([{ numbers: ['9'] }, { numbers: ['10', '11'] }], () => false);
  expect([ended.kind, numbers]).toEqual(['stopped', ['9']]);
});

test.each<[string, Answer, 'beginning' | 'request' | 'pause']>([
  ['before it begins', EMPTY, 'beginning'],
  ['in a request', { error: 'InternalServerError' }, 'request'],
  ['in the pause after an empty page', EMPTY, 'pause'],
  ['in the pause after a failure', { error: 'LimitExceededException' }, 'pause'],
])('an interrupt %s ends it with its own reason', async (_, answer, when) => {
  const interrupt = new AbortController();
  const stream = await startScriptedStream([answer]);
  const end = (at: typeof when) => {
    if (at === when) interrupt.abort(new Error('enough'));
  };
  end('beginning');
  const client = {
    async send(command: never) {
      try {
        return await stream.client.send(command);
      } finally {
        end('request');
      }
    },
  };
  // No pause ends by itself.
  const clock = {
    now: () => 0,
    after() {
      queueMicrotask(() => end('pause'));
      return () => {};
    },
  };
  const reading = readRange({
    client: client as never,
    clock,
    random: () => 0,
    signal: interrupt.signal,
    streamArn: 'arn',
    shardId: 'shard-1',
    start: '9',
    end: '11',
    onRecords: () => true,
  });
  await expect(reading).rejects.toThrow('enough');
  expect(stream.asked.length).toBeLessThanOrEqual(when === 'beginning' ? 0 : 2);
  await stream.stop();
});

function endAtOnce(run: () => void): () => void {
  const turn = setImmediate(run);
  return () => clearImmediate(turn);
}
