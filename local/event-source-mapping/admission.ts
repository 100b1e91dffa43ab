/** What AWS checks of a mapping against what exists already: the stream, and other mappings (texts recorded on AWS). */
import type { MappingConfig } from './mapping.ts';
import { invalidParameter, MappingError } from './mapping-error.ts';

/**
 * Refuses a mapping whose stream does not exist, or that repeats another one's stream and function. The function counts with
 * its qualifier: a second alias of the same function may read the same stream.
 *
 * @throws MappingError
 */
export function admit(
  mapping: MappingConfig,
  existing: { readonly streamArns: ReadonlySet<string>; readonly mappings: Iterable<MappingConfig> },
): void {
  if (!existing.streamArns.has(mapping.eventSourceArn))
    throw invalidParameter(`Stream not found: ${mapping.eventSourceArn}`);
  for (const other of existing.mappings) {
    if (other.eventSourceArn !== mapping.eventSourceArn || other.functionArn !== mapping.functionArn)
      continue;
    const name = mapping.functionArn.split(':function:')[1] ?? mapping.functionArn;
    throw new MappingError(
      'ResourceConflictException',
      `The event source arn (" ${mapping.eventSourceArn} ") and function (" ${name} ") provided mapping already exists. ` +
        `Please update or delete the existing mapping with UUID ${other.uuid}`,
    );
  }
}
