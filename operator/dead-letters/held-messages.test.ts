/** What is held is held until it is deleted or given back, and nothing is left running behind it. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { type HeldMessages, holdMessages } from './held-messages.ts';

const VISIBLE_S = 90;

interface Queue {
  /** Whether it deletes any. */
  readonly deletes?: boolean;
  /** What it does before a change of visibility, by its seconds. */
  readonly onChange?: (seconds: number) => Promise<void> | void;
}

/** A queue that gives its messages in this order, one that comes again under a new handle. */
function holding(ids: readonly string[], { deletes = true, onChange = () => {} }: Queue = {}) {
  const changes: string[] = [];
  const asked: unknown[] = [];
  const deleted: (string | undefined)[] = [];
  let given = 0;
  const send = async (command: unknown) => {
    if (command instanceof ReceiveMessageCommand) {
      asked.push(command.input);
      const some = ids.slice(given, given + 10);
      const before = ids.slice(0, given);
      given += some.length;
      const handle = (id: string) => `handle-${id}${before.includes(id) ? '-again' : ''}`;
      return { Messages: some.map((id) => ({ MessageId: id, ReceiptHandle: handle(id) })) };
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const entries = command.input.Entries ?? [];
      if (entries.length > 10) throw new Error('TooManyEntriesInBatchRequest');
      if (new Set(entries.map(({ Id: id }) => id)).size < entries.length)
        throw new Error('BatchEntryIdsNotDistinct');
      await onChange(entries[0]?.VisibilityTimeout ?? -1);
      for (const { ReceiptHandle: handle, VisibilityTimeout: seconds } of entries)
        changes.push(`${handle} ${seconds}`);
      return {};
    }
    if (command instanceof DeleteMessageBatchCommand && deletes) {
      deleted.push(...(command.input.Entries ?? []).map(({ ReceiptHandle: handle }) => handle));
      return {};
    }
    throw new Error('SQS is away');
  };
  let nowMs = 0;
  const timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  const clock = {
    now: () => nowMs,
    after(ms: number, run: () => void) {
      const id = timers.size + nowMs;
      timers.set(id, { atMs: nowMs + ms, run });
      return () => timers.delete(id);
    },
  };
  const held = holdMessages({
    sqs: { send } as never,
    clock,
    queueUrl: 'queue',
    visibilitySeconds: VISIBLE_S,
    waitSeconds: 0,
  });
  return {
    held,
    changes,
    asked,
    deleted,
    timers,
    async goOn(ms: number) {
      nowMs += ms;
      for (const [id, { atMs, run }] of timers) {
        if (atMs > nowMs) continue;
        timers.delete(id);
        run();
      }
      await turn();
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** More than the requests that are made at once take. */
const MANY = Array.from({ length: 203 }, (_, index) => `m${index}`);

test('a message that could not be deleted is held still, and given back', async () => {
  const { held, changes } = holding(['a'], { deletes: false });
  await held.receive();
  await expect(held.delete('a')).rejects.toThrow('SQS is away');
  expect(held.count()).toBe(1);
  await held.close();
  expect(changes).toEqual(['handle-a 0']);
});

test('a message that was deleted is neither renewed nor given back', async () => {
  const { held, changes, goOn } = holding(['a', 'b']);
  await held.receive();
  await held.delete('a');
  await goOn((VISIBLE_S * 1000) / 3);
  await held.close();
  expect(changes).toEqual([`handle-b ${VISIBLE_S}`, 'handle-b 0']);
});

test('after the end nothing is renewed, and no timer keeps the process', async () => {
  const { held, changes, timers } = holding(['a']);
  await held.receive();
  expect(timers.size).toBe(1);
  await held.close();
  expect(timers.size).toBe(0);
  expect(changes).toEqual(['handle-a 0']);
});

test('messages are asked for with the time for which they are hidden, the wait, and when they were sent', async () => {
  const { held, asked } = holding(['a']);
  await held.receive();
  expect(asked).toMatchObject([
    {
      QueueUrl: 'queue',
      VisibilityTimeout: VISIBLE_S,
      WaitTimeSeconds: 0,
      MessageSystemAttributeNames: expect.arrayContaining(['SentTimestamp']),
    },
  ]);
  await held.close();
});

test('a message that comes again is renewed, deleted and given back by its newest handle', async () => {
  const { held, changes, deleted, goOn } = holding(['a', ...MANY.slice(0, 9), 'a', 'b']);
  await held.receive();
  await held.receive();
  expect(held.count()).toBe(11);
  await goOn((VISIBLE_S * 1000) / 3);
  expect(changes).toContain(`handle-a-again ${VISIBLE_S}`);
  expect(changes).not.toContain(`handle-a ${VISIBLE_S}`);
  await held.delete('a');
  expect(deleted).toEqual(['handle-a-again']);
  await held.close();
});

test('what is held for long stays hidden all the time', async () => {
  const { held, changes, goOn } = holding(['a']);
  await held.receive();
  let hiddenUntilS = VISIBLE_S;
  for (let nowS = 10; nowS <= 10 * VISIBLE_S; nowS += 10) {
    await goOn(10_000);
    if (changes.splice(0).includes(`handle-a ${VISIBLE_S}`)) hiddenUntilS = nowS + VISIBLE_S;
    // Time for a renewal that fails to be made again.
    expect(hiddenUntilS - nowS).toBeGreaterThanOrEqual(VISIBLE_S / 2);
  }
  await held.close();
});

test('however many are held, each is renewed and given back', async () => {
  const { held, changes, goOn } = holding(MANY, { onChange: () => turn().then(() => {}) });
  while (held.count() < MANY.length) await held.receive();
  await goOn((VISIBLE_S * 1000) / 3);
  for (let more = 0; more < 10; more++) await turn();
  const each = (seconds: number) => MANY.map((id) => `handle-${id} ${seconds}`).sort();
  expect(changes.splice(0).sort()).toEqual(each(VISIBLE_S));
  await held.close();
  expect(changes.sort()).toEqual(each(0));
});

test('what was given back is not renewed', async () => {
  const { held, changes, goOn } = holding(['a', 'b']);
  await held.receive();
  await held.giveBack(['a']);
  expect(held.count()).toBe(1);
  await goOn((VISIBLE_S * 1000) / 3);
  expect(changes).toEqual(['handle-a 0', `handle-b ${VISIBLE_S}`]);
  await held.close();
});

test('a queue that is away when they are renewed, or given back, is no error: they come back by themselves', async () => {
  const away = () => {
    throw new Error('SQS is away');
  };
  const { held, goOn } = holding(MANY.slice(0, 30), { onChange: away });
  for (let more = 0; more < 3; more++) await held.receive();
  await goOn((VISIBLE_S * 1000) / 3);
  await held.giveBack(['m1']);
  await held.close();
  expect(held.count()).toBe(0);
});

test.each<[string, (held: HeldMessages) => Promise<void>]>([
  ['given back', (held) => held.giveBack(['a'])],
  ['given back in the end', (held) => held.close()],
])('a renewal that is under way does not hide what is %s', async (_, end) => {
  const renewal = Promise.withResolvers<void>();
  const { held, changes, timers, goOn } = holding(['a'], {
    onChange: (seconds) => (seconds === 0 ? undefined : renewal.promise),
  });
  await held.receive();
  await goOn((VISIBLE_S * 1000) / 3);
  const ended = end(held);
  await turn();
  renewal.resolve();
  await ended;
  await turn();
  expect(changes).toEqual([`handle-a ${VISIBLE_S}`, 'handle-a 0']);
  expect(timers.size).toBe(0);
});

test('what is not held cannot be deleted: somebody else may have it', async () => {
  const { held, deleted } = holding(['a']);
  await held.receive();
  await held.giveBack(['a']);
  await expect(held.delete('a')).rejects.toThrow('not held');
  expect(deleted).toEqual([]);
  await held.close();
});
