/** What a mapping does, as values to watch: for transcripts, live views and tests. Sequence numbers only, never contents. */
import type { Condition } from './on-failure.ts';

export type MappingEvent =
  | { readonly kind: 'filtered'; readonly shardId: string; readonly sequenceNumber: string | undefined }
  | {
      readonly kind: 'invoked';
      /** When the invocation began, milliseconds since the epoch. */
      readonly atMs: number;
      readonly durationMs: number;
      readonly requestId: string;
      readonly shardId: string;
      readonly sequenceNumbers: readonly (string | undefined)[];
      /** From 1; a retry of the same batch counts on, a throttled one does not. */
      readonly attempt: number;
      readonly outcome: 'success' | 'partial' | 'invalid' | 'error' | 'throttled' | 'oversized';
      /** Of the first record that is not done; absent where all are, or it has none. */
      readonly failedFrom?: string;
      /** The type of the error that the function ended with; never its text, which may quote the record. */
      readonly errorType?: string;
    }
  | {
      readonly kind: 'discarded';
      readonly atMs: number;
      readonly shardId: string;
      readonly sequenceNumbers: readonly (string | undefined)[];
      readonly condition: Condition;
      /** `lost`: the stream's retention was over, and nobody is told. */
      readonly fate: 'delivered' | 'refused' | 'no-destination' | 'lost';
    }
  | { readonly kind: 'checkpoint'; readonly shardId: string; readonly sequenceNumber: string | undefined }
  | { readonly kind: 'shard-done'; readonly shardId: string };
