/** Which batches of a mapping failed and are not done with, by what the mapping tells of itself. Sequence numbers only. */
import type { MappingEvent } from '../event-source-mapping/index.ts';

export interface FailingBatch {
  readonly shardId: string;
  readonly requestId: string;
  /** How often it was tried. */
  readonly attempts: number;
  readonly outcome: 'partial' | 'invalid' | 'error' | 'throttled' | 'oversized';
  /** Of the first record that holds it up. */
  readonly sequenceNumber?: string;
  readonly errorType?: string;
  readonly records: number;
  /** ISO 8601; when it, or the batch it was cut from, failed first and last. */
  readonly since: string;
  readonly last: string;
}

interface Kept {
  readonly batch: FailingBatch;
  readonly sequenceNumbers: readonly (string | undefined)[];
}

export interface FailingBatches {
  take(event: MappingEvent): void;
  all(): readonly FailingBatch[];
}

export function failingBatches(): FailingBatches {
  let kept: readonly Kept[] = [];

  /** Removes those that share a record with `sequenceNumbers`; the time of the first failure lives on in what takes their place. */
  function replace(shardId: string, sequenceNumbers: readonly (string | undefined)[]): string | undefined {
    const touched = new Set(sequenceNumbers);
    const isTouched = ({ batch, sequenceNumbers: own }: Kept) =>
      batch.shardId === shardId && own.some((number) => touched.has(number));
    const [since] = kept
      .filter(isTouched)
      .map(({ batch }) => batch.since)
      .sort();
    kept = kept.filter((one) => !isTouched(one));
    return since;
  }

  return {
    take(event) {
      switch (event.kind) {
        case 'invoked': {
          const since = replace(event.shardId, event.sequenceNumbers);
          if (event.outcome === 'success') return;
          const at = new Date(event.atMs + event.durationMs).toISOString();
          const { failedFrom, errorType } = event;
          const from = failedFrom === undefined ? 0 : event.sequenceNumbers.indexOf(failedFrom);
          const rest = event.sequenceNumbers.slice(from);
          kept = [
            ...kept,
            {
              batch: {
                shardId: event.shardId,
                requestId: event.requestId,
                attempts: event.attempt,
                outcome: event.outcome,
                records: rest.length,
                since: since ?? at,
                last: at,
                ...(failedFrom === undefined ? {} : { sequenceNumber: failedFrom }),
                ...(errorType === undefined ? {} : { errorType }),
              },
              sequenceNumbers: rest,
            },
          ];
          return;
        }
        case 'discarded':
          replace(event.shardId, event.sequenceNumbers);
          return;
        case 'filtered':
        case 'checkpoint':
        case 'shard-done':
          return;
      }
    },
    all: () => kept.map(({ batch }) => batch),
  };
}
