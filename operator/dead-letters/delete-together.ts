/** Deletes messages of one queue, those that are asked for in the same moment in one request: ten take as long as one. */
import { DeleteMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';

interface Waiting {
  readonly handle: string;
  resolve(): void;
  reject(error: unknown): void;
}

/** Of a batch request (SQS API reference, "DeleteMessageBatch"). */
const BATCH = 10;

/** @returns resolves once that message is deleted; rejects with what SQS says of it, whatever becomes of the others */
export function deleteTogether(
  sqs: Pick<SQSClient, 'send'>,
  queueUrl: string,
): (handle: string) => Promise<void> {
  let waiting: Waiting[] = [];

  return (handle) =>
    new Promise((resolve, reject) => {
      waiting.push({ handle, resolve, reject });
      if (waiting.length === 1) setImmediate(flush);
    });

  function flush(): void {
    const all = waiting;
    waiting = [];
    for (let from = 0; from < all.length; from += BATCH) void remove(all.slice(from, from + BATCH));
  }

  async function remove(messages: readonly Waiting[]): Promise<void> {
    try {
      const { Failed: failed = [] } = await sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: messages.map(({ handle }, index) => ({ Id: String(index), ReceiptHandle: handle })),
        }),
      );
      const refused = new Map(failed.map(({ Id: id, Code: code }) => [id, code]));
      for (const [index, message] of messages.entries()) {
        const id = String(index);
        if (refused.has(id)) message.reject(new Error(`SQS did not delete a message (${refused.get(id)})`));
        else message.resolve();
      }
    } catch (error) {
      for (const message of messages) message.reject(error);
    }
  }
}
