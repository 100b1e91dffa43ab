import { DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { deleteTogether } from './delete-together.ts';

/** Each request is answered by what becomes of its handles. */
function queue(answer: (handles: readonly string[]) => readonly string[]) {
  const requests: (readonly string[])[] = [];
  const send = async (command: unknown) => {
    if (!(command instanceof DeleteMessageBatchCommand)) throw new Error('another command');
    const entries = command.input.Entries ?? [];
    const handles = entries.map(({ ReceiptHandle: handle = '' }) => handle);
    requests.push(handles);
    const refused = answer(handles);
    return {
      Failed: entries.flatMap(({ Id, ReceiptHandle: handle = '' }) =>
        refused.includes(handle) ? [{ Id, Code: 'ReceiptHandleIsInvalid', SenderFault: true }] : [],
      ),
    };
  };
  return { requests, remove: deleteTogether({ send } as never, 'url') };
}

test('a message that is not deleted is an error of its own, and the others are deleted', async () => {
  const { remove } = queue(() => ['b']);
  const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map(remove));
  expect([a?.status, b?.status, c?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(String(b?.status === 'rejected' && b.reason)).toContain('ReceiptHandleIsInvalid');
});

test('ten go in a request, and a request that fails fails those that were in it', async () => {
  const handles = Array.from({ length: 12 }, (_, index) => `h${index}`);
  const { remove, requests } = queue((sent) => {
    if (sent.includes('h11')) throw new Error('SQS is away');
    return [];
  });
  const results = await Promise.allSettled(handles.map(remove));
  expect(requests.map(({ length }) => length)).toEqual([10, 2]);
  expect(results.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 10 }, () => 'fulfilled'),
    'rejected',
    'rejected',
  ]);
});
