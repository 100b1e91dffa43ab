/**
 * A mapping as the Lambda API shows it and turns it on and off, and what can be known of it while it works: which batches keep
 * failing, and how old the oldest record is that is not done with.
 */
import type { Clock } from '../../shared/time/clock.ts';
import type { EventCounts, EventSourceMapping, MappingEvent } from '../event-source-mapping/index.ts';
import type { LastFailures } from '../functions/last-failures.ts';
import { type FailingBatch, failingBatches } from './failing-batches.ts';

/** Lambda API reference, EventSourceMappingConfiguration, State. */
export type MappingState = 'Enabled' | 'Enabling' | 'Disabled' | 'Disabling';

export interface MappingStatus {
  readonly id: string;
  readonly functionName: string;
  readonly table: string;
  readonly streamArn: string;
  readonly state: MappingState;
  /** Read and not done with. */
  readonly records: number;
  readonly inFlight: number;
  /** Of the oldest of them; absent if there is none. */
  readonly oldestAgeMs?: number;
  readonly oldestCreatedAt?: string;
  /** Batches that come again and again. */
  readonly failing: readonly FailingBatch[];
  /** What the function said of the last batch, if it could not settle it. */
  readonly lastFailures?: LastFailures;
  /** By shard: the sequence number up to which every record is done with. */
  readonly checkpoints: Readonly<Record<string, string>>;
  /** How long the mapping has been watched: what follows is of that time. */
  readonly watchedMs: number;
  /** In records. */
  readonly counts: Readonly<EventCounts>;
  readonly failedInvocations: number;
  /** Invocations refused because too many were under way. */
  readonly throttled: number;
  /** Records that became dead letters, or were lost, because the mapping gave them up. */
  readonly givenUp: number;
  readonly lastInvokedAt?: string;
}

export interface RunningMapping {
  /** In the form of the Lambda API, EventSourceMappingConfiguration. */
  configuration(): Readonly<Record<string, unknown>> & {
    readonly UUID: string;
    readonly State: MappingState;
  };
  readonly functionName: string;
  /** False while an earlier change is under way: Lambda refuses another one then. */
  setEnabled(enabled: boolean): boolean;
  status(): MappingStatus;
  /** Takes what the mapping tells of itself. */
  observe(event: MappingEvent): void;
}

export interface RunningMappingOptions {
  readonly uuid: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly table: string;
  readonly streamArn: string;
  /** As the template has them, in the API's names. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Asked at each use: the mapping is made with this as its observer. */
  readonly mapping: () => EventSourceMapping;
  readonly lastFailures: () => LastFailures | undefined;
  readonly clock: Clock;
}

export function runningMapping(options: RunningMappingOptions): RunningMapping {
  const { uuid, functionName, functionArn, streamArn, table, mapping, clock } = options;
  const failing = failingBatches();
  let state: MappingState = 'Disabled';
  let changedMs = clock.now();
  let lastResult = 'No records processed';
  let lastInvokedMs: number | undefined;
  const beganMs = clock.now();
  const totals = { failedInvocations: 0, throttled: 0, givenUp: 0 };

  function become(next: MappingState): void {
    state = next;
    changedMs = clock.now();
  }

  return {
    functionName,
    configuration() {
      // CloudFormation's names are the API's, but for these two.
      const { Enabled: _enabled, FunctionName: _name, ...properties } = options.properties;
      return {
        ...properties,
        UUID: uuid,
        FunctionArn: functionArn,
        EventSourceArn: streamArn,
        State: state,
        StateTransitionReason: 'User action',
        LastProcessingResult: lastResult,
        LastModified: changedMs / 1000,
      };
    },
    setEnabled(enabled) {
      if (state === 'Enabling' || state === 'Disabling') return false;
      if (enabled === (state === 'Enabled')) return true;
      if (enabled) {
        become('Enabling');
        mapping().enable();
        clock.after(0, () => become('Enabled'));
        return true;
      }
      become('Disabling');
      mapping().disable();
      // The invocation that is under way ends first.
      mapping()
        .whenIdle()
        .then(
          () => become('Disabled'),
          () => become('Disabled'),
        );
      return true;
    },
    status() {
      const { records, inFlight, oldestCreatedAtMs } = mapping().backlog();
      const lastFailures = options.lastFailures();
      return {
        id: uuid,
        functionName,
        table,
        streamArn,
        state,
        records,
        inFlight,
        ...(oldestCreatedAtMs === undefined
          ? {}
          : {
              oldestAgeMs: Math.max(0, clock.now() - oldestCreatedAtMs),
              oldestCreatedAt: new Date(oldestCreatedAtMs).toISOString(),
            }),
        failing: failing.all(),
        ...(lastFailures === undefined ? {} : { lastFailures }),
        checkpoints: mapping().checkpoints(),
        watchedMs: clock.now() - beganMs,
        counts: mapping().metrics(),
        ...totals,
        ...(lastInvokedMs === undefined ? {} : { lastInvokedAt: new Date(lastInvokedMs).toISOString() }),
      };
    },
    observe(event) {
      failing.take(event);
      switch (event.kind) {
        case 'invoked':
          lastInvokedMs = event.atMs;
          if (event.outcome === 'throttled') totals.throttled++;
          else if (event.outcome !== 'success') totals.failedInvocations++;
          lastResult = event.outcome === 'success' ? 'OK' : 'PROBLEM: Function call failed';
          return;
        case 'discarded':
          totals.givenUp += event.sequenceNumbers.length;
          return;
        case 'filtered':
        case 'checkpoint':
        case 'shard-done':
          return;
      }
    },
  };
}
