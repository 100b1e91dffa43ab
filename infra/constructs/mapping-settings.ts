/**
 * What an event source mapping of this project must look like, checked on the template that is about to be deployed: a setting
 * that could lose a record fails the synthesis, however it got there.
 *
 * The rules and ranges are AWS's (Lambda API reference, CreateEventSourceMapping; Lambda developer guide, "with-ddb",
 * "services-dynamodb-errors", "services-ddb-batchfailurereporting"); the reasons stand beside them.
 */

/** How long a dependency may be down without a single dead letter. */
export const TOLERATED_OUTAGE_SECONDS = 6 * 3600;

/** DynamoDB keeps a stream record for this long, and then trims it at any moment. */
export const STREAM_RETENTION_SECONDS = 24 * 3600;

/** Twice the tolerated outage: the records that queued up behind it are still young enough when their turn comes. */
export const MAXIMUM_RECORD_AGE_SECONDS = 2 * TOLERATED_OUTAGE_SECONDS;

/** Seconds. More than a handler ever keeps of its time-out to send letters, report and answer (shared/stream/handler.ts). */
export const RESERVE_SECONDS = 10;

/** The properties of AWS::Lambda::EventSourceMapping that decide whether a record can be lost. */
export interface MappingProperties {
  readonly BatchSize?: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly ParallelizationFactor?: number;
  readonly StartingPosition?: string;
  readonly FunctionResponseTypes?: readonly string[];
  readonly BisectBatchOnFunctionError?: boolean;
  readonly MaximumRetryAttempts?: number;
  readonly MaximumRecordAgeInSeconds?: number;
  readonly TumblingWindowInSeconds?: number;
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination?: unknown } };
  readonly MetricsConfig?: { readonly Metrics?: readonly string[] };
  readonly FilterCriteria?: { readonly Filters?: readonly { readonly Pattern?: string }[] };
}

/** What may differ between processors and stages, in the stage's own words. */
export interface StreamSettings {
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** @default as often as the tolerated outage takes */
  readonly attempts?: number | undefined;
  /** @default twice the tolerated outage */
  readonly recordAgeSeconds?: number | undefined;
}

/** The mapping that settings make, but for its destination, which is always the failure bucket. */
export function mappingOf(settings: StreamSettings) {
  const times = { timeoutSeconds: settings.timeoutSeconds, reserveSeconds: RESERVE_SECONDS };
  return {
    // The oldest record there is: LATEST skips what is written while a mapping is made or changed.
    StartingPosition: 'TRIM_HORIZON',
    // AWS advises a window with more than 10, and accepts none (recorded on AWS).
    BatchSize: settings.batchSize,
    MaximumBatchingWindowInSeconds: settings.windowSeconds,
    // One batch per shard at a time. Lambda's lanes keep the order of an item, not of what several items belong to (a
    // product's rows, a chat), and the processor is parallel inside a batch anyway.
    ParallelizationFactor: 1,
    // A failing record costs the records after it a redelivery, not those before it.
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    // A crash is narrowed down to the record that causes it; splitting uses up no attempts.
    BisectBatchOnFunctionError: true,
    // Enough to last through the outage, few enough that a crashing record leaves the shard the same day.
    MaximumRetryAttempts: settings.attempts ?? attemptsForOutage(times),
    // Letters are made well before the stream trims the record.
    MaximumRecordAgeInSeconds: settings.recordAgeSeconds ?? MAXIMUM_RECORD_AGE_SECONDS,
    // Off by default; without them nobody learns that events were dropped or that polling stopped.
    MetricsConfig: { Metrics: ['EventCount'] },
  } satisfies MappingProperties;
}

export interface FunctionTimes {
  readonly timeoutSeconds: number;
  /** What the handler keeps of it to send its letters and to answer. */
  readonly reserveSeconds: number;
}

/**
 * The fewest attempts that last through the tolerated outage. While a dependency is down the handler holds its batch until the
 * reserve begins and then reports it, so one attempt lasts for the time-out less the reserve.
 */
export function attemptsForOutage({ timeoutSeconds, reserveSeconds }: FunctionTimes): number {
  return Math.ceil(TOLERATED_OUTAGE_SECONDS / (timeoutSeconds - reserveSeconds));
}

/** @returns one line for every setting that could lose a record, or that AWS would refuse; empty if there is none */
export function mappingFaults(mapping: MappingProperties, times: FunctionTimes): string[] {
  const impossible = timeFaults(times);
  return [
    ...impossible,
    ...(impossible.length > 0 ? [] : attemptFaults(mapping, times)),
    ...ageFaults(mapping),
    ...failureFaults(mapping),
    ...deliveryFaults(mapping),
    ...filterFaults(mapping),
  ];
}

function timeFaults({ timeoutSeconds, reserveSeconds }: FunctionTimes): string[] {
  if (!isWhole(timeoutSeconds, 1, 900)) {
    return [`timeoutSeconds is ${timeoutSeconds}; Lambda takes whole seconds from 1 to 900`];
  }
  if (!(reserveSeconds > 0 && reserveSeconds < timeoutSeconds)) {
    return [
      `timeoutSeconds is ${timeoutSeconds}, of which the handler keeps ${reserveSeconds} s to send letters and to answer; make it longer than that`,
    ];
  }
  return [];
}

function attemptFaults(mapping: MappingProperties, times: FunctionTimes): string[] {
  const fewest = attemptsForOutage(times);
  const attempts = mapping.MaximumRetryAttempts ?? -1;
  if (!isWhole(attempts, 0, 10_000)) {
    return [
      `MaximumRetryAttempts is ${unlimitedOr(attempts)}: a record that crashes the function would hold up its shard until it expires; set ${fewest} to 10000`,
    ];
  }
  if (attempts < fewest) {
    return [
      `MaximumRetryAttempts is ${attempts}: a dependency that is down for six hours would fill the dead-letter queue; set ${fewest} to 10000`,
    ];
  }
  return [];
}

function ageFaults(mapping: MappingProperties): string[] {
  const age = mapping.MaximumRecordAgeInSeconds ?? -1;
  if (isWhole(age, TOLERATED_OUTAGE_SECONDS, STREAM_RETENTION_SECONDS - 1)) return [];
  return [
    `MaximumRecordAgeInSeconds is ${unlimitedOr(age)}: the stream trims a record after ${STREAM_RETENTION_SECONDS} s and leaves no letter, and below ${TOLERATED_OUTAGE_SECONDS} s an outage of six hours makes letters; set a value between`,
  ];
}

function failureFaults(mapping: MappingProperties): string[] {
  const faults: string[] = [];
  if (!mapping.DestinationConfig?.OnFailure?.Destination) {
    faults.push(
      'DestinationConfig.OnFailure is missing: what the mapping gives up would be gone; leave it to the failure bucket',
    );
  }
  if (!mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures')) {
    faults.push(
      'FunctionResponseTypes lacks ReportBatchItemFailures: Lambda would ignore what the handler reports, and count it as done',
    );
  }
  if (mapping.BisectBatchOnFunctionError !== true) {
    faults.push(
      'BisectBatchOnFunctionError is off: a record that crashes the function would take its whole batch into the failure bucket; switch it on',
    );
  }
  if (!mapping.MetricsConfig?.Metrics?.includes('EventCount')) {
    faults.push('MetricsConfig lacks EventCount: the alarms on dropped events and on polling have no metric');
  }
  return faults;
}

function deliveryFaults(mapping: MappingProperties): string[] {
  const faults: string[] = [];
  if (mapping.StartingPosition !== 'TRIM_HORIZON') {
    faults.push(
      `StartingPosition is ${mapping.StartingPosition}: records written while the mapping is made or changed would be skipped; use TRIM_HORIZON`,
    );
  }
  const ranges = [
    ['BatchSize', mapping.BatchSize ?? 100, 1, 10_000],
    ['MaximumBatchingWindowInSeconds', mapping.MaximumBatchingWindowInSeconds ?? 0, 0, 300],
    ['ParallelizationFactor', mapping.ParallelizationFactor ?? 1, 1, 10],
  ] as const;
  for (const [name, value, least, most] of ranges) {
    if (!isWhole(value, least, most)) faults.push(`${name} is ${value}; Lambda takes ${least} to ${most}`);
  }
  if (mapping.TumblingWindowInSeconds) {
    faults.push(
      'TumblingWindowInSeconds is set: processors keep no state between batches, and Lambda fails a response without one; leave it out',
    );
  }
  return faults;
}

function filterFaults(mapping: MappingProperties): string[] {
  const filters = mapping.FilterCriteria?.Filters ?? [];
  const faults = filters.length > 5 ? [`FilterCriteria has ${filters.length} filters; Lambda takes 5`] : [];
  for (const [index, { Pattern: pattern }] of filters.entries()) {
    const name = `FilterCriteria.Filters[${index}].Pattern`;
    if (pattern === undefined || !isJsonObject(pattern)) {
      faults.push(`${name} is not the JSON text of an object`);
    } else if (pattern.length > 4096) {
      faults.push(`${name} has ${pattern.length} characters; Lambda takes 4096`);
    }
  }
  return faults;
}

function unlimitedOr(value: number): string {
  return value === -1 ? '-1 (unlimited)' : `${value}`;
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
