/** Stack outputs under stable keys: what the operator's commands find everything by. Not exported, so no stack holds another back. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** `key`: letters and digits, unique in the stack. It is part of the project's interface: renaming one breaks operators' tools. */
export function output(scope: Construct, key: string, value: string, description: string): void {
  new CfnOutput(Stack.of(scope), `Output${key}`, { value, description }).overrideLogicalId(key);
}

/** `analysis-results` and `analysisResults` both become `AnalysisResults`. */
export function pascalCase(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_match, _dash, letter: string) => letter.toUpperCase());
}
