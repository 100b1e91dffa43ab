/** Assemblies for tests: stacks as `cdk synth` writes them, with only what a test is about. */
import type { Assembly, StackTemplate, TemplateOutput } from './assembly.ts';

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

export function stackOf(
  resources: Resources,
  options: { name?: string; outputs?: Record<string, TemplateOutput>; bundles?: Record<string, string> } = {},
): StackTemplate {
  return {
    name: options.name ?? 'shop',
    resources: new Map(
      Object.entries(resources).map(([logicalId, { Type, Properties }]) => [
        logicalId,
        { logicalId, type: Type, properties: Properties ?? {}, dependsOn: [] },
      ]),
    ),
    outputs: options.outputs ?? {},
    bundles: new Map(Object.entries(options.bundles ?? {})),
  };
}

export const assemblyOf = (...stacks: StackTemplate[]): Assembly => ({ stacks });
