/** What can be fed: the recorded day of each stream, or one file of the user's choice; with the writes to other tables that belong to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDBRecord } from 'aws-lambda';
import { analysisDay, wholeAnalysisDay } from '../../fixtures/generate/analysis/day.ts';
import { type AnalysisStream, analysisStreams } from '../../fixtures/generate/analysis/streams.ts';
import { readFixture } from '../../fixtures/read.ts';
import { readTableWrites, type TableWriteLine } from '../../fixtures/table-write.ts';

export const STREAMS = [
  'products',
  'bids',
  'conversations',
  'bookings',
  'analysis-results',
  'analytics',
] as const;

export type StreamName = (typeof STREAMS)[number];

export interface Recording {
  /** Of the stream, or the file's path. */
  readonly name: string;
  /** From the start, at each call. */
  records(): AsyncIterable<DynamoDBRecord>;
  /** Each belongs before one of the records. */
  writes(): AsyncIterable<TableWriteLine>;
}

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const DAY_MS = 24 * 3_600_000;

/** Of one file; the writes lie beside it in NAME.writes.jsonl. */
export function recordingOf(file: string, name = file): Recording {
  const writes = file.replace(/\.jsonl(?=(\.gz)?$)/, '.writes.jsonl');
  return {
    name,
    records: () => readFixture(file),
    writes: () => (writes !== file && existsSync(writes) ? readTableWrites(writes) : none()),
  };
}

/**
 * @param nowMs analyses expire, so their day is not a file but made to end now
 * @returns one for each stream
 */
export function marketDay(streams: readonly StreamName[], nowMs: number): readonly Recording[] {
  return streams.map((name) => dayOf(name, nowMs));
}

function dayOf(name: StreamName, nowMs: number): Recording {
  switch (name) {
    case 'products':
    case 'bids':
    case 'conversations':
    case 'bookings':
      return recordingOf(join(FIXTURES, name, 'market-day.jsonl.gz'), name);
    case 'analysis-results':
      return analysisRecording(name, ['results'], nowMs);
    case 'analytics':
      return analysisRecording(name, ['sessions', 'history'], nowMs);
  }
}

function analysisRecording(name: string, of: readonly AnalysisStream[], nowMs: number): Recording {
  const tables = of.map((stream) => `:table/${analysisStreams[stream].table}/`);
  return {
    name,
    async *records() {
      for (const record of analysisDay({ ...wholeAnalysisDay, startMs: nowMs - DAY_MS }))
        if (tables.some((table) => record.eventSourceARN?.includes(table))) yield record;
    },
    writes: none,
  };
}

async function* none(): AsyncGenerator<never> {}
