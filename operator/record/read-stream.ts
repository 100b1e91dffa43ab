/**
 * Reads a whole stream for a recording: every shard, also while shards split. The records of an item come in the order of its
 * changes; those of different items come as they are read.
 */
import type { Shard, _Record as StreamsRecord } from '@aws-sdk/client-dynamodb-streams';
import { shardPages } from '../../local/streams/stream-shards.ts';
import { nameOf, pause, readShard, type ShardPorts } from './read-shard.ts';
import { shardLineage } from './shard-lineage.ts';
import { placeIn, type Window } from './start.ts';

export interface StreamReading extends ShardPorts {
  readonly window: Window;
  /** Takes the records of a page that lie in the window, maybe none: so that it can do what is due. One call at a time. */
  readonly take: (records: readonly StreamsRecord[]) => Promise<void>;
}

export interface StreamRead {
  /** - `limit`, `until`: as was said. - `closed`: the stream is switched off, and read to its end. - `stopped`: by the signal. */
  readonly end: 'limit' | 'until' | 'closed' | 'stopped';
  readonly records: number;
  /** Read, and before or after the window. */
  readonly leftOut: number;
  readonly shards: number;
}

const DISCOVERY_MS = 10_000;

/** Empty pages are normal in the middle of a shard; this many in a row, asked for after the end, show its tip. */
const EMPTY_PAGES_AT_TIP = 5;

/** A write is in the stream within a second or so; those of the last moments may still be on their way. */
const SETTLING_MS = 3_000;

/** @throws what will not pass: no such stream, or denied */
export async function readStream(reading: StreamReading): Promise<StreamRead> {
  const { client, clock, streamArn, window } = reading;
  const { limit = Number.POSITIVE_INFINITY, untilMs } = window;
  const tipMs = untilMs === undefined ? Number.POSITIVE_INFINITY : untilMs + SETTLING_MS;
  const lineage = shardLineage(window.start);
  const ending = new AbortController();
  const signal = AbortSignal.any([reading.signal, ending.signal]);
  const readers = new Set<Promise<void>>();
  let lookAgain = new AbortController();
  let turn: Promise<unknown> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  let records = 0;
  let leftOut = 0;
  let end: StreamRead['end'] = 'stopped';

  for (let round = 0; !signal.aborted; round++) {
    const { shards, isOff } = await describe(round === 0);
    lineage.listed(shards);
    for (const { shardId, from } of lineage.ready()) {
      const reader = read(shardId, from).finally(() => readers.delete(reader));
      readers.add(reader);
    }
    if (lineage.isDone() && (isOff || clock.now() >= tipMs)) {
      end = untilMs === undefined ? 'closed' : 'until';
      break;
    }
    await pause(clock, DISCOVERY_MS, AbortSignal.any([signal, lookAgain.signal]));
    lookAgain = new AbortController();
  }
  ending.abort();
  await Promise.all(readers);
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error;
  return { end, records, leftOut, shards: lineage.count() };

  async function describe(isFirst: boolean) {
    const shards: Shard[] = [];
    let status: string | undefined;
    try {
      for await (const page of shardPages(client, streamArn, signal)) {
        shards.push(...page.shards);
        status = page.status;
      }
    } catch (error) {
      if (isFirst && !signal.aborted) throw error;
      if (!signal.aborted) reading.warn(`the stream's shards cannot be listed (${nameOf(error)}), trying on`);
      // In half a list a child may stand without its parent, as if that were forgotten.
      return { shards: [], isOff: false };
    }
    return { shards, isOff: status === 'DISABLED' };
  }

  async function read(shardId: string, from: 'TRIM_HORIZON' | 'LATEST'): Promise<void> {
    let emptyAtTip = 0;
    try {
      await readShard({
        ...reading,
        signal,
        shardId,
        from,
        async onPage(page, askedAtMs) {
          emptyAtTip = page.length === 0 && askedAtMs >= tipMs ? emptyAtTip + 1 : 0;
          const isPast = await inTurn(() => takePage(page));
          return !isPast && emptyAtTip < EMPTY_PAGES_AT_TIP;
        },
      });
    } catch (error) {
      failure ??= { error };
      ending.abort();
    }
    lineage.finished(shardId);
    // A closed shard has children: look for them at once.
    lookAgain.abort();
  }

  /** @returns whether what follows in the shard is not wanted */
  async function takePage(page: readonly StreamsRecord[]): Promise<boolean> {
    if (signal.aborted) return true;
    const places = page.map((record) => placeIn(window, placed(record)));
    const wanted = page.filter((_, index) => places[index] === 'in').slice(0, limit - records);
    records += wanted.length;
    leftOut += places.filter((place) => place !== 'in').length;
    await reading.take(wanted);
    if (records >= limit) {
      end = 'limit';
      ending.abort();
    }
    return places.includes('after');
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  }
}

function placed({ dynamodb }: StreamsRecord) {
  const created = dynamodb?.ApproximateCreationDateTime?.getTime();
  return { sequenceNumber: dynamodb?.SequenceNumber, createdMs: created };
}
