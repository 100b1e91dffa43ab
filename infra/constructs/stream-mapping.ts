/** The event source mapping from a table's stream to a processor's function, with settings under which no record is lost. */
import { Stack } from 'aws-cdk-lib';
import {
  CfnEventSourceMapping,
  type CfnFunction,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import {
  type MappingProperties,
  mappingFaults,
  mappingOf,
  RESERVE_SECONDS,
  type StreamSettings,
} from './mapping-settings.ts';
import type { FollowedTable } from './tables.ts';

export interface StreamMappingProps {
  readonly function: LambdaFunction;
  readonly settings: StreamSettings;
  readonly streamArn: string;
  readonly failureBucketArn: string;
  /** Departures from what the settings make, in CloudFormation's own names. */
  readonly departures?: MappingProperties;
}

export function streamMapping(
  scope: Construct,
  id: string,
  props: StreamMappingProps,
): CfnEventSourceMapping {
  const times = { timeoutSeconds: props.settings.timeoutSeconds, reserveSeconds: RESERVE_SECONDS };
  const mapping = new CfnEventSourceMapping(scope, id, {
    functionName: props.function.functionName,
    eventSourceArn: props.streamArn,
    // A bucket, because it gets the records themselves; a queue or topic gets a pointer that dies with the stream's 24 hours.
    destinationConfig: { onFailure: { destination: props.failureBucketArn } },
  });
  const properties = { ...mappingOf(props.settings), ...props.departures };
  for (const [name, value] of Object.entries(properties)) mapping.addPropertyOverride(name, value);
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
export function streamOf(processor: string, table: FollowedTable): string {
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
