/** What the template says is there, paired by the stacks' outputs with what the system says it is called. */
import type { Assembly } from '../../local/template/assembly.ts';
import type { StackFacts } from '../system/system.ts';

export interface Expected {
  readonly stack: string;
  /** Key of the output. */
  readonly key: string;
  /** CloudFormation's. */
  readonly type: string;
  /** As in the template, references unresolved. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** What the output is in the system: a name, an id, a URL; undefined where the system lacks the output. */
  readonly live: string | undefined;
}

export interface Expectations {
  readonly expected: readonly Expected[];
  /** Stacks of the template that the system does not have. */
  readonly missingStacks: readonly string[];
}

/** Outputs whose value is a resource of the same stack; others describe nothing that can be compared. */
export function expectations(assembly: Assembly, stacks: readonly StackFacts[]): Expectations {
  const expected: Expected[] = [];
  const missingStacks: string[] = [];
  for (const { name, outputs, resources } of assembly.stacks) {
    const live = stacks.find((stack) => stack.name === name);
    if (live === undefined) {
      missingStacks.push(name);
      continue;
    }
    for (const [key, { Value: value }] of Object.entries(outputs)) {
      const logicalId = referred(value);
      const resource = logicalId === undefined ? undefined : resources.get(logicalId);
      if (resource === undefined) continue;
      const { properties, type } = resource;
      expected.push({ stack: name, key, type, properties, live: live.outputs[key] });
    }
  }
  return { expected, missingStacks };
}

function referred(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('Ref' in value)) return undefined;
  return typeof value.Ref === 'string' ? value.Ref : undefined;
}
