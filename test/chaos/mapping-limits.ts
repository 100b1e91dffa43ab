/** The template with mappings that give up soon: what takes hours with its own limits, letters of what failed too often, happens within a run. */
import type { Assembly } from '../../local/template/assembly.ts';

export interface MappingLimits {
  readonly MaximumRetryAttempts: number;
  readonly MaximumRecordAgeInSeconds: number;
}

export function withLimits(assembly: Assembly, limits: MappingLimits): Assembly {
  return {
    stacks: assembly.stacks.map((stack) => ({
      ...stack,
      resources: new Map(
        [...stack.resources].map(([id, resource]) => [
          id,
          resource.type === 'AWS::Lambda::EventSourceMapping'
            ? { ...resource, properties: { ...resource.properties, ...limits } }
            : resource,
        ]),
      ),
    })),
  };
}
