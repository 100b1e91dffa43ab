/**
 * Says why a finding of cdk-nag's rules "AwsSolutions" stands, beside the code that causes it. `infra/nag.test.ts` refuses every
 * finding without a reason.
 */
import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** `rule`: after `AwsSolutions-`. Holds for `scope` and all in it. */
export function acknowledge(scope: IConstruct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** For each resource with a `*` in it that a role in `scope` may use. */
export function acknowledgeWildcards(
  scope: IConstruct,
  reason: string,
  ...resources: readonly string[]
): void {
  for (const resource of resources) {
    acknowledge(scope, `IAM5[Resource::${inFindings(Stack.of(scope).resolve(resource))}]`, reason);
  }
}

/** A value of the template as cdk-nag's findings spell it: references in angle brackets. */
function inFindings(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  switch (name) {
    case 'Ref':
      return `<${argument}>`;
    case 'Fn::GetAtt':
      return `<${(argument as string[]).join('.')}>`;
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, readonly unknown[]];
      return parts.map(inFindings).join(separator);
    }
    default:
      throw new Error(`a finding cannot be spelled with ${name}`);
  }
}
