/** What is held is held until it is deleted or given back, and nothing is left running behind it. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { holdMessages } from './held-messages.ts';

const VISIBLE_S = 90;

/** A queue that gives each message once; `deletes` says whether it deletes any. */
function holding(ids: readonly string[], { deletes = true } = {}) {
  const changes: string[] = [];
  let given = 0;
  const send = async (command: unknown) => {
    if (command instanceof ReceiveMessageCommand) {
      const some = ids.slice(given, given + 10);
      given += some.length;
      return { Messages: some.map((id) => ({ MessageId: id, ReceiptHandle: `handle-${id}` })) };
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      for (const { ReceiptHandle: handle, VisibilityTimeout: seconds } of command.input.Entries ?? [])
        changes.push(`${handle} ${seconds}`);
      return {};
    }
    if (command instanceof DeleteMessageBatchCommand && deletes) return {};
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
    timers,
    async goOn(ms: number) {
      nowMs += ms;
      for (const [id, { atMs, run }] of timers) {
        if (atMs > nowMs) continue;
        timers.delete(id);
        run();
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

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
