/** The ways that the cache scenario compares. Each writes the same number of values of the same size, which expire. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Redis as Client } from 'iovalkey';
import { analysisResultsProcessor } from '../../processors/analysis-results/processor.ts';
import { connectRedis } from '../../shared/cache/connect.ts';
import { startDeadline } from '../../shared/stream/deadline.ts';
import { decodeRecord } from '../../shared/stream/decode.ts';
import type { Outcome } from '../../shared/stream/outcome.ts';
import type { BatchContext, Work } from '../../shared/stream/processor.ts';
import { runBatch } from '../../shared/stream/run-batch.ts';
import { systemClock } from '../../shared/time/clock.ts';

export type CacheWayName =
  | 'whole path'
  | 'projection'
  | 'SET, one by one'
  | 'SET, pipelined'
  | 'SET, raw bytes';

export interface CacheWay {
  readonly name: CacheWayName;
  /** What is ready before the clock starts. */
  prepare?(round: number): unknown;
  write(round: number, prepared?: unknown): Promise<void>;
  close(): void;
}

interface Size {
  readonly records: number;
  readonly valueBytes: number;
}

const INVOCATION_MS = 60_000;
const LIFE_S = 3_600;

export async function cacheWays(url: string, size: Size): Promise<readonly CacheWay[]> {
  const port = Number(new URL(url).port || 6379);
  const host = new URL(url).hostname;
  const client = new Client({ host, port });
  const socket = connect(port, host);
  await once(socket, 'connect');
  return [
    wholePath(url, size),
    projection(url, size),
    oneByOne(client, size),
    pipelined(client, size),
    rawBytes(socket, size),
  ];
}

/** From the stream's records on: decode, decide, compare-and-set. */
function wholePath(url: string, size: Size): CacheWay {
  const { processor, redis } = shipped(url);
  return {
    name: 'whole path',
    prepare: (round) => recordsOf(size, round),
    async write(round, prepared = recordsOf(size, round)) {
      const context = contextNow();
      const ended = await runBatch(processor, prepared as readonly unknown[], context);
      context.deadline.cancel();
      check(ended.map(({ outcome }) => outcome));
    },
    close: () => redis.close(),
  };
}

/** What to write is decided already. */
function projection(url: string, size: Size): CacheWay {
  const { processor, redis } = shipped(url);
  const works = (round: number) =>
    recordsOf(size, round).map((record): Work<never> => {
      const decoded = decodeRecord(record, 'new-and-old');
      if (!decoded.ok) throw new Error(decoded.failure.details);
      const decision = processor.decide(decoded.change);
      if (decision.kind !== 'effect') throw new Error(decision.kind);
      return {
        key: String(decoded.change.keys.id),
        change: decoded.change,
        effect: decision.effect as never,
      };
    });
  return {
    name: 'projection',
    prepare: works,
    async write(round, prepared = works(round)) {
      const context = contextNow();
      check(await processor.carryOut(prepared as readonly Work<never>[], context));
      context.deadline.cancel();
    },
    close: () => redis.close(),
  };
}

function shipped(url: string) {
  const redis = connectRedis({ url, clock: systemClock });
  const readItems = async () => {
    throw new Error('the fast path reads no item');
  };
  return { redis, processor: analysisResultsProcessor({ redis, readItems }) };
}

function contextNow(): BatchContext {
  const deadline = startDeadline(systemClock, INVOCATION_MS);
  return { clock: systemClock, random: Math.random, deadline, redriven: false };
}

function check(outcomes: readonly Outcome[]): void {
  const other = outcomes.find(({ kind }) => kind !== 'applied');
  if (other !== undefined) throw new Error(`a record was not applied: ${JSON.stringify(other)}`);
}

function oneByOne(client: Client, { records, valueBytes }: Size): CacheWay {
  const value = valueText(valueBytes);
  return {
    name: 'SET, one by one',
    async write() {
      for (let index = 0; index < records; index++) await client.set(`bench:${index}`, value, 'EX', LIFE_S);
    },
    close: () => client.disconnect(),
  };
}

function pipelined(client: Client, { records, valueBytes }: Size): CacheWay {
  const value = valueText(valueBytes);
  return {
    name: 'SET, pipelined',
    async write() {
      const pipeline = client.pipeline();
      for (let index = 0; index < records; index++) pipeline.set(`bench:${index}`, value, 'EX', LIFE_S);
      await pipeline.exec();
    },
    close: () => {},
  };
}

/** Made beforehand, written at once; the answers are counted, not read. */
function rawBytes(socket: Socket, { records, valueBytes }: Size): CacheWay {
  const value = valueText(valueBytes);
  const words = (index: number) => ['SET', `bench:${index}`, value, 'EX', String(LIFE_S)];
  const bytes = Buffer.from(Array.from({ length: records }, (_, index) => encode(words(index))).join(''));
  return {
    name: 'SET, raw bytes',
    write: () =>
      new Promise((resolve) => {
        let missing = records * '+OK\r\n'.length;
        const onData = (chunk: Buffer) => {
          missing -= chunk.length;
          if (missing > 0) return;
          socket.off('data', onData);
          resolve();
        };
        socket.on('data', onData);
        socket.write(bytes);
      }),
    close: () => socket.destroy(),
  };
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/** Changes of one set of analyses, each round's later than the last one's. */
function recordsOf({ records, valueBytes }: Size, round: number): readonly unknown[] {
  const nowS = Math.floor(Date.now() / 1_000);
  const text = valueText(valueBytes);
  return Array.from({ length: records }, (_, index) => {
    const keys = { id: { S: `bench-${index}` } };
    const image = { ...keys, analysisData: { M: { text: { S: text } } }, ttl: { N: String(nowS + LIFE_S) } };
    return {
      eventID: `bench-${process.hrtime.bigint()}-${index}`,
      eventName: 'MODIFY',
      dynamodb: {
        ApproximateCreationDateTime: nowS,
        Keys: keys,
        NewImage: image,
        OldImage: image,
        SequenceNumber: String((BigInt(Date.now()) * 100n + BigInt(round)) * 10n ** 20n + BigInt(index)),
      },
    };
  });
}

const valueText = (bytes: number) =>
  'टमाटर price '.repeat(Math.ceil(bytes / 22)).slice(0, Math.ceil(bytes * (12 / 22)));
