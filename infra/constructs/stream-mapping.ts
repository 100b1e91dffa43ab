/** The event source mapping from a table's stream to a processor's function, with settings under which no record is lost. */
import { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import {
  CfnEventSourceMapping,
  type CfnFunction,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import {
  attemptsForOutage,
  MAXIMUM_RECORD_AGE_SECONDS,
  type MappingProperties,
  mappingFaults,
  RESERVE_SECONDS,
} from './mapping-settings.ts';

export interface StreamMappingProps {
  readonly function: LambdaFunction;
  readonly timeoutSeconds: number;
  readonly streamArn: string;
  readonly failureBucketArn: string;
  /** Departures from the defaults, in CloudFormation's own names. */
  readonly settings?: MappingProperties;
}

export function streamMapping(
  scope: Construct,
  id: string,
  props: StreamMappingProps,
): CfnEventSourceMapping {
  const times = { timeoutSeconds: props.timeoutSeconds, reserveSeconds: RESERVE_SECONDS };
  const mapping = new CfnEventSourceMapping(scope, id, {
    functionName: props.function.functionName,
    eventSourceArn: props.streamArn,
    ...defaults(props.failureBucketArn, attemptsForOutage(times)),
  });
  for (const [name, value] of Object.entries(props.settings ?? {})) mapping.addPropertyOverride(name, value);
  // What will be deployed is checked, not what was asked for: an escape hatch does not get around it.
  scope.node.addValidation({
    validate: () => {
      const timeout = (props.function.node.defaultChild as CfnFunction).timeout ?? times.timeoutSeconds;
      return mappingFaults(rendered(mapping), { ...times, timeoutSeconds: timeout });
    },
  });
  return mapping;
}

/** @throws Error naming the processor when the table has no stream */
export function streamOf(processor: string, table: Table): string {
  if (!table.tableStreamArn) {
    throw new Error(
      `StreamProcessor "${processor}": its table has no stream; set stream: true in infra/tables`,
    );
  }
  return table.tableStreamArn;
}

function rendered(mapping: CfnEventSourceMapping): MappingProperties {
  const stack = Stack.of(mapping);
  const template = stack.resolve(mapping._toCloudFormation()) as {
    Resources: Record<string, { Properties: MappingProperties }>;
  };
  return template.Resources[stack.resolve(mapping.logicalId)]?.Properties ?? {};
}

function defaults(failureBucketArn: string, maximumRetryAttempts: number) {
  return {
    // The oldest record there is: LATEST skips what is written while a mapping is made or changed.
    startingPosition: 'TRIM_HORIZON',
    // Full batches make cheap bulks. AWS advises a window with more than 10, and accepts none (recorded on AWS).
    batchSize: 1000,
    // Invoke as soon as there is anything: the lowest lag. A backlog fills the batches by itself.
    maximumBatchingWindowInSeconds: 0,
    // One batch per shard at a time. Lambda's lanes keep the order of an item, not of what several items belong to (a
    // product's rows, a chat), and the processor is parallel inside a batch anyway.
    parallelizationFactor: 1,
    // A failing record costs the records after it a redelivery, not those before it.
    functionResponseTypes: ['ReportBatchItemFailures'],
    // A crash is narrowed down to the record that causes it; splitting uses up no attempts.
    bisectBatchOnFunctionError: true,
    // Enough to last through an outage of six hours, few enough that a crashing record leaves the shard the same day.
    maximumRetryAttempts,
    // Letters are made well before the stream trims the record.
    maximumRecordAgeInSeconds: MAXIMUM_RECORD_AGE_SECONDS,
    // A bucket, because it gets the records themselves; a queue or topic gets a pointer that dies with the stream's 24 hours.
    destinationConfig: { onFailure: { destination: failureBucketArn } },
    // Off by default; without them nobody learns that events were dropped or that polling stopped.
    metricsConfig: { metrics: ['EventCount'] },
  };
}
