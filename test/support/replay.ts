/** Sends recorded streams through a processor's handler: straight, batch by batch, or through the event source mapping with its retries. */
import {
  createEventSourceMapping,
  type InvokeResult,
  parseMapping,
} from '../../local/event-source-mapping/index.ts';
import type { VirtualClock } from '../../local/virtual-clock.ts';
import type { StreamHandler } from '../../shared/stream/handler.ts';
import { STREAM_ARN } from './record.ts';

const TIMEOUT_MS = 60_000;

function invocation(clock: VirtualClock, awsRequestId: string) {
  const startedMs = clock.now();
  return {
    awsRequestId,
    getRemainingTimeInMillis: () => Math.max(0, TIMEOUT_MS - (clock.now() - startedMs)),
  };
}

/** One batch after the other, each once. @returns the handler's answers */
export async function replayDirect(
  handler: StreamHandler,
  records: readonly unknown[],
  { clock, batchSize }: { readonly clock: VirtualClock; readonly batchSize: number },
): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (let from = 0; from < records.length; from += batchSize) {
    const batch = { Records: records.slice(from, from + batchSize) };
    answers.push(await clock.runUntil(handler(batch, invocation(clock, `direct-${from}`))));
  }
  return answers;
}

export interface MappingReplay {
  readonly clock: VirtualClock;
  /** Properties of AWS::Lambda::EventSourceMapping. */
  readonly mapping: Readonly<Record<string, unknown>>;
  /** Shards the records are spread over by item key. @default 1 */
  readonly shards?: number;
  /** What becomes of the n-th invocation: a crash before the handler runs, or after it and before it answers. @default neither */
  readonly crash?: (invocation: number) => 'before' | 'after' | undefined;
}

/** @returns what the mapping sent to its on-failure destination */
export async function replayThroughMapping(
  handler: StreamHandler,
  records: readonly unknown[],
  { clock, mapping, shards = 1, crash = () => undefined }: MappingReplay,
): Promise<readonly string[]> {
  const givenUp: string[] = [];
  let invocations = 0;
  const invoke = async (event: unknown, requestId: string): Promise<InvokeResult> => {
    const fate = crash(invocations++);
    if (fate === 'before') return died;
    const payload = await handler(event, invocation(clock, requestId));
    return fate === 'after' ? died : { kind: 'returned', payload };
  };
  const machine = createEventSourceMapping({
    mapping: parseMapping({ EventSourceArn: STREAM_ARN, ...mapping }),
    clock,
    ids: () => `id-${invocations}-${givenUp.length}`,
    invoke: ({ payload, requestId }) => invoke(JSON.parse(payload), requestId),
    onFailure: async ({ body }) => {
      givenUp.push(body);
    },
    parameters: { ageFrom: 'arrival' },
  });
  for (let shard = 0; shard < shards; shard++) machine.addShard({ shardId: shardId(shard) });
  machine.enable();
  for (const record of records) machine.append(shardId(shardOf(record, shards)), [record]);
  await clock.runUntil(machine.whenIdle());
  machine.stop();
  return givenUp;
}

const died: InvokeResult = { kind: 'error', errorType: 'Runtime.ExitError', errorMessage: 'exit status 1' };

const shardId = (shard: number) => `shardId-0000000170000000000${shard}-00000001`;

/** All records of an item are in one shard, as in a real stream. */
function shardOf(record: unknown, shards: number): number {
  const { dynamodb } = record as { dynamodb?: { Keys?: { PK?: { S?: string } } } };
  let hash = 0;
  for (const character of dynamodb?.Keys?.PK?.S ?? '') hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return hash % shards;
}
