/** The event source mappings of the synthesized app, with the names that the deployment gave to what they refer to. */
import type { Assembly } from '../../../local/template/assembly.ts';
import type { Deployed } from '../deployed.ts';

export interface SynthesizedMapping {
  /** Of its processor, and of its stream where the processor follows several. */
  readonly name: string;
  readonly streamArn: string;
  readonly bucket: string;
  /** As CloudFormation has them, references resolved. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export function mappingsOf(assembly: Assembly, stage: Deployed): SynthesizedMapping[] {
  return stage.facts.processors.flatMap(({ name, functionName, failureBucket, mappings }) =>
    mappings.map(({ id, word, streamArn }) => ({
      name: word === '' ? name : `${name} (${word})`,
      streamArn,
      bucket: failureBucket,
      properties: {
        ...propertiesOf(assembly, stage, id),
        UUID: id,
        EventSourceArn: streamArn,
        FunctionName: functionName,
        DestinationConfig: { OnFailure: { Destination: `arn:aws:s3:::${failureBucket}` } },
      },
    })),
  );
}

/** By the output that names the mapping: its value refers to it in the template, and is its id in the stage. */
function propertiesOf(assembly: Assembly, stage: Deployed, id: string): Readonly<Record<string, unknown>> {
  for (const { name, outputs, resources } of assembly.stacks) {
    const key = Object.keys(outputs).find((one) => stage.outputs(name)[one] === id);
    const value = key === undefined ? undefined : outputs[key]?.Value;
    const logicalId = typeof value === 'object' && value !== null && 'Ref' in value ? String(value.Ref) : '';
    const resource = resources.get(logicalId);
    if (resource !== undefined) return resource.properties;
  }
  throw new Error(`no template has the mapping ${id}`);
}
