/** What the command and the processes it starts say to each other. */
import type { BucketNotification } from '../../../local/template/bucket-notifications.ts';

/** Where the engines of a run are. */
export interface EngineAddresses {
  readonly region: string;
  /** By system, as in the template. */
  readonly dynamodb: Readonly<Record<string, string>>;
  readonly aws: string;
  readonly search: string;
  readonly cache: string;
}

/** How one stream stands. */
export interface StreamCounts {
  /** That came out of it, those that came again included. */
  readonly records: number;
  /** Handed to its mapping a second time. */
  readonly repeated: number;
  readonly settled: number;
  readonly filtered: number;
  readonly givenUp: number;
  /** Given up without a letter. */
  readonly lost: number;
  readonly failedInvocations: number;
}

export interface StreamFacts {
  readonly table: string;
  readonly streamArn: string;
  /** Of the function that follows it, as the template has it. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface SystemFacts {
  /** URL of the engine that holds a table, by name. */
  readonly tables: Readonly<Record<string, string>>;
  readonly streams: readonly StreamFacts[];
  readonly projection: { readonly table: string; readonly alias: string };
  readonly gatewayUrl: string;
  readonly wsUrl: string;
}

/** What a process holds after a forced collection, in bytes. */
export interface ProcessSample {
  readonly rss: number;
  /** By thread: the live heap, and what lies outside of it (buffers). */
  readonly heaps: Readonly<Record<string, { readonly live: number; readonly external: number }>>;
  /** User and system time of all threads since the start, in µs. */
  readonly cpuMicros: number;
  /** The longest that its main thread has not had its turn so far, in ms. */
  readonly heldUpMs: number;
  /** How many entries things hold that could grow: by name. */
  readonly kept: Readonly<Record<string, number>>;
  /** Of the engines that are processes of their own: by name, resident bytes and µs of CPU time. */
  readonly children: Readonly<Record<string, { readonly rss: number; readonly cpuMicros: number }>>;
}

/** Of a mail, what is compared. */
export interface SentMail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text?: string;
}

export type ToChild =
  | { readonly kind: 'start-engines'; readonly assembly: string }
  | {
      readonly kind: 'start-system';
      readonly assembly: string;
      readonly engines: EngineAddresses;
      /** One record in so many comes again, 0 for none. */
      readonly repeatEvery: number;
    }
  | { readonly kind: 'notify'; readonly notifications: readonly BucketNotification[] }
  | { readonly kind: 'sample'; readonly id: number }
  | { readonly kind: 'stop' };

export type FromChild =
  | { readonly kind: 'engines'; readonly engines: EngineAddresses }
  | { readonly kind: 'system'; readonly facts: SystemFacts }
  | { readonly kind: 'notify'; readonly notifications: readonly BucketNotification[] }
  | {
      readonly kind: 'counts';
      readonly counts: Readonly<Record<string, StreamCounts>>;
      /** What functions said of records that they could not settle at once, or never can: by code. */
      readonly failures: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'mails'; readonly mails: readonly SentMail[] }
  | { readonly kind: 'sample'; readonly id: number; readonly sample: ProcessSample }
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'stopped' };
