/** The age of the oldest letter on this machine, where no CloudWatch says it: the queue engine shows its messages without handing them out. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { ProcessorFacts } from '../system/system.ts';

const queue = z.object({
  messages: z.object({ ready: z.array(z.object({ sentTimestamp: z.number() })) }),
});

/**
 * Of the messages that nobody holds, as SQS counts it: from when they were sent.
 *
 * @returns ms; undefined where there is none
 * @throws when the engine does not say
 */
export async function oldestLetterMs(
  sqs: Pick<SQSClient, 'config'>,
  { queueUrl }: Pick<ProcessorFacts, 'queueUrl'>,
  nowMs: number,
): Promise<number | undefined> {
  const engine = await sqs.config.endpoint?.();
  if (engine === undefined) throw new Error('the client names no queue engine');
  const { protocol, hostname, port } = engine;
  const name = queueUrl.split('/').at(-1) ?? '';
  const answer = await fetch(`${protocol}//${hostname}:${port ?? 80}/_fauxqs/queues/${name}`);
  if (!answer.ok) throw new Error(`the queue engine answered ${answer.status}`);
  const { ready } = queue.parse(await answer.json()).messages;
  const sentMs = ready.reduce(
    (least, { sentTimestamp }) => Math.min(least, sentTimestamp),
    Number.POSITIVE_INFINITY,
  );
  return sentMs === Number.POSITIVE_INFINITY ? undefined : Math.max(0, nowMs - sentMs);
}
