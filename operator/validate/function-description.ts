/**
 * What matters of a function, in one form: from its CloudFormation properties, and from what Lambda says of it. Pure. Values of its
 * environment are compared and never shown: what somebody put there by hand may be a secret.
 */
import type { Description } from './field-differences.ts';

/** Of AWS::Lambda::Function. */
export interface FunctionProperties {
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly Architectures?: readonly string[];
  readonly ReservedConcurrentExecutions?: number;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
}

/** As GetFunctionConfiguration gives it. */
export interface LiveFunction {
  readonly Runtime?: string | undefined;
  readonly Handler?: string | undefined;
  readonly Timeout?: number | undefined;
  readonly MemorySize?: number | undefined;
  readonly Architectures?: readonly string[] | undefined;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> | undefined } | undefined;
}

/** Where a processor's poison goes; the template says it by reference. */
export interface Wiring {
  readonly queueUrl: string;
  readonly failureBucket: string;
}

/** What is silent has the API's default (Lambda API reference, CreateFunction). */
export function functionOfTemplate(properties: FunctionProperties): Description {
  const variables = Object.keys(properties.Environment?.Variables ?? {});
  return {
    ...settings(properties),
    reservedConcurrency: properties.ReservedConcurrentExecutions ?? 'none',
    environment: Object.fromEntries(variables.map((name) => [name, 'as in the template'])),
  };
}

/** @param wiring of a processor's function; what else the template says by reference only has to be there */
export function functionOfLive(
  live: LiveFunction,
  reservedConcurrency: number | 'none',
  properties: FunctionProperties,
  wiring: Wiring | undefined,
): Description {
  const wanted = new Map(Object.entries(properties.Environment?.Variables ?? {}));
  const known = new Map(
    wiring === undefined
      ? []
      : [
          ['DEAD_LETTER_QUEUE_URL', wiring.queueUrl],
          ['FAILURE_BUCKET', wiring.failureBucket],
        ],
  );
  const said = (name: string, value: string): string => {
    const expected = known.get(name) ?? wanted.get(name);
    if (!wanted.has(name)) return 'set';
    return typeof expected !== 'string' || expected === value ? 'as in the template' : 'another value';
  };
  return {
    ...settings(live),
    reservedConcurrency,
    environment: Object.fromEntries(
      Object.entries(live.Environment?.Variables ?? {}).map(([name, value]) => [name, said(name, value)]),
    ),
  };
}

function settings({
  Runtime,
  Handler,
  Timeout,
  MemorySize,
  Architectures,
}: Omit<LiveFunction, 'Environment'>): Description {
  return {
    runtime: Runtime,
    handler: Handler,
    timeoutSeconds: Timeout ?? 3,
    memoryMb: MemorySize ?? 128,
    architecture: Architectures?.join(', ') ?? 'x86_64',
  };
}
