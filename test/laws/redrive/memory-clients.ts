/** An operator's process over services in memory: each of its requests has a fate, and the process may be killed or interrupted at any of them. */
import type { System } from '../../../operator/system/system.ts';
import { type Clock, sleep } from '../../../shared/time/clock.ts';
import type { MemoryBucket } from './memory-bucket.ts';
import { FunctionError } from './memory-function.ts';
import type { MemoryQueue } from './memory-queue.ts';
import type { MemoryStream } from './memory-stream.ts';
import type { Ending, Fate, Operator } from './scenario.ts';

export interface Services {
  readonly queue: MemoryQueue;
  readonly bucket: MemoryBucket;
  readonly stream: MemoryStream;
  readonly invoke: (event: unknown) => Promise<unknown>;
}

export interface MemoryProcess {
  readonly clients: System['clients'];
  readonly signal: AbortSignal;
  /** Resolves when it is killed: nothing else of it ever ends then. */
  readonly died: Promise<'killed'>;
  readonly isDead: () => boolean;
  readonly wasInterrupted: () => boolean;
  /** Anything else that it asks for, e.g. that a line be kept. */
  request<T>(name: string, carryOut: (fate: Fate) => Promise<T> | T): Promise<T>;
}

/** Longer than a message is held. */
const SLOW_MS = 200_000;

const refused = () =>
  Object.assign(new Error('refused'), { name: 'Throttled', $metadata: { httpStatusCode: 429 } });
const lost = () => Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });

export function memoryProcess(
  { queue, bucket, stream, invoke }: Services,
  { fates, ending }: Pick<Operator, 'fates' | 'ending'>,
  clock: Clock,
): MemoryProcess {
  const interrupt = new AbortController();
  let count = 0;
  const died = Promise.withResolvers<'killed'>();
  let dead = false;
  let interrupted = false;

  function end({ kind }: Ending): void {
    interrupt.abort();
    if (kind === 'interrupted') interrupted = true;
    else {
      dead = true;
      died.resolve('killed');
    }
  }

  async function request<T>(_name: string, carryOut: (fate: Fate) => Promise<T> | T): Promise<T> {
    // What is dead asks for nothing, and waits for ever.
    if (dead) return new Promise(() => {});
    const number = count++;
    const fate = fates[number] ?? 'arrives';
    const ends = ending?.request === number ? ending : undefined;
    if (ends !== undefined && !ends.arrives) end(ends);
    if (dead) return new Promise(() => {});
    await sleep(clock, fate === 'slow' ? SLOW_MS : 10);
    if (dead) return new Promise(() => {});
    if (fate === 'refused') throw refused();
    const answer = await carryOut(fate);
    if (ends?.arrives === true) end(ends);
    if (dead) return new Promise(() => {});
    if (fate === 'answer-lost') throw lost();
    return answer;
  }

  const send = (services: Readonly<Record<string, (input: never, fate: Fate) => unknown>>) => ({
    send: (command: { readonly constructor: { readonly name: string }; readonly input: unknown }) => {
      const { name } = command.constructor;
      const carryOut = services[name];
      if (carryOut === undefined) throw new Error(`${name} is not in this world`);
      return request(name, async (fate) => carryOut(command.input as never, fate));
    },
  });

  const sqs = send({
    ReceiveMessageCommand: async (input: { VisibilityTimeout: number; WaitTimeSeconds: number }, fate) => ({
      Messages: await queue.receive(input.VisibilityTimeout, input.WaitTimeSeconds, fate === 'odd'),
    }),
    SendMessageCommand: ({ MessageBody }: { MessageBody: string }) => ({
      MessageId: queue.send(MessageBody),
    }),
    /** Odd: the first of them is not deleted, and that is said. */
    DeleteMessageBatchCommand: (input: { Entries: { Id: string; ReceiptHandle: string }[] }, fate) => {
      const left = fate === 'odd' ? input.Entries.slice(0, 1) : [];
      for (const entry of input.Entries) if (!left.includes(entry)) queue.remove(entry.ReceiptHandle);
      return { Failed: left.map(({ Id }) => ({ Id, Code: 'InternalError' })) };
    },
    ChangeMessageVisibilityBatchCommand: (input: {
      Entries: { ReceiptHandle: string; VisibilityTimeout: number }[];
    }) => {
      for (const { ReceiptHandle: handle, VisibilityTimeout: seconds } of input.Entries)
        queue.changeVisibility(handle, seconds);
      return {};
    },
  });
  const s3 = send({
    GetObjectCommand: ({ Key }: { Key: string }, fate) => {
      if (fate === 'odd') throw Object.assign(new Error('denied'), { name: 'AccessDenied' });
      return bucket.get(Key);
    },
    PutObjectCommand: ({ Key, Body }: { Key: string; Body: string }) => {
      bucket.put(Key, Body);
      return {};
    },
    DeleteObjectCommand: ({ Key }: { Key: string }) => {
      bucket.remove(Key);
      return {};
    },
    ListObjectsV2Command: (input: { Prefix: string; ContinuationToken?: string }) =>
      bucket.list(input.Prefix, input.ContinuationToken),
  });
  const streams = send({
    GetShardIteratorCommand: (input: Parameters<MemoryStream['iterator']>[0]) => ({
      ShardIterator: stream.iterator(input),
    }),
    GetRecordsCommand: ({ ShardIterator }: { ShardIterator: string }, fate) =>
      stream.page(ShardIterator, fate === 'odd'),
  });
  const lambda = send({
    GetEventSourceMappingCommand: () => ({}),
    /** Odd: half of the answer comes. */
    InvokeCommand: async ({ Payload }: { Payload: Uint8Array }, fate) => {
      try {
        const answer = JSON.stringify(await invoke(JSON.parse(Buffer.from(Payload).toString())));
        const half = answer.slice(0, answer.length / 2);
        return { Payload: Buffer.from(fate === 'odd' ? half : answer) };
      } catch (error) {
        if (!(error instanceof FunctionError)) throw error;
        return { FunctionError: 'Unhandled', Payload: Buffer.from('{"errorType":"Error"}') };
      }
    },
  });
  const dynamodb = send({
    DescribeTableCommand: () => ({
      Table: {
        KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
      },
    }),
    BatchGetItemCommand: () => ({ Responses: {} }),
  });
  const clients = {
    sqs,
    s3,
    lambda,
    cloudWatch: undefined,
    dynamodb: () => dynamodb,
    streams: () => streams,
  } as unknown as System['clients'];
  return {
    clients,
    signal: interrupt.signal,
    died: died.promise,
    isDead: () => dead,
    wasInterrupted: () => interrupted,
    request,
  };
}
