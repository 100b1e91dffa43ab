/** What matters of an event source mapping, in one form: from its CloudFormation properties, and from what Lambda says of it. Pure. */
import type { Description } from './field-differences.ts';

/** The names are the same in CloudFormation and in the API; what is silent has the API's default (CreateEventSourceMapping). */
export interface MappingProperties {
  readonly BatchSize?: number | undefined;
  readonly MaximumBatchingWindowInSeconds?: number | undefined;
  readonly ParallelizationFactor?: number | undefined;
  readonly BisectBatchOnFunctionError?: boolean | undefined;
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumRecordAgeInSeconds?: number | undefined;
  readonly TumblingWindowInSeconds?: number | undefined;
  readonly FunctionResponseTypes?: readonly string[] | undefined;
  readonly FilterCriteria?:
    | { readonly Filters?: readonly { readonly Pattern?: string | undefined }[] | undefined }
    | undefined;
}

/** What a template says by reference, and a live mapping by name. */
export interface MappingEnds {
  /** `Enabled` where the template does not turn it off. */
  readonly state: string;
  readonly streamArn: string | undefined;
  readonly functionName: string | undefined;
  /** ARN of the bucket. */
  readonly onFailure: string | undefined;
}

export function describeMapping(properties: MappingProperties, ends: MappingEnds): Description {
  return {
    ...ends,
    batchSize: properties.BatchSize ?? 100,
    batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds ?? 0,
    parallelizationFactor: properties.ParallelizationFactor ?? 1,
    bisectBatchOnFunctionError: properties.BisectBatchOnFunctionError ?? false,
    maximumRetryAttempts: properties.MaximumRetryAttempts ?? -1,
    maximumRecordAgeSeconds: properties.MaximumRecordAgeInSeconds ?? -1,
    tumblingWindowSeconds: properties.TumblingWindowInSeconds ?? 0,
    functionResponseTypes: [...(properties.FunctionResponseTypes ?? [])].sort().join(', '),
    filters: (properties.FilterCriteria?.Filters ?? [])
      .map(({ Pattern: pattern = '' }) => canonical(pattern))
      .sort()
      .join(' or '),
  };
}

/** Filters are compared by what they say, not by how they are written. */
function canonical(pattern: string): string {
  try {
    return JSON.stringify(JSON.parse(pattern));
  } catch {
    return pattern;
  }
}
