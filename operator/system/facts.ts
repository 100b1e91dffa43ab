/** What a system consists of, read from its stacks' outputs. Pure: outputs in, facts out, the same for a stage and for the local run. */
import { Problem } from '../../local/problem.ts';
import type {
  AuditPlace,
  CacheFacts,
  MappingFacts,
  ProcessorFacts,
  SearchFacts,
  StackFacts,
  TableFacts,
} from './system.ts';

export interface SystemFacts {
  readonly processors: readonly ProcessorFacts[];
  readonly tables: readonly TableFacts[];
  readonly search: SearchFacts | undefined;
  readonly cache: CacheFacts | undefined;
  readonly webSocketUrl: string | undefined;
  readonly audit: AuditPlace | undefined;
}

/** @throws Problem naming the stack and the output that is missing, and the way out */
export function factsOf(stacks: readonly StackFacts[]): SystemFacts {
  const found = (key: string) => stacks.flatMap(({ outputs }) => outputs[key] ?? [])[0];
  const search = found('SearchEndpoint');
  const cache = found('CacheUrl');
  const audit = found('AuditBucketName');
  return {
    processors: stacks.flatMap(processorsOf),
    tables: stacks.flatMap(tablesOf),
    search:
      search === undefined ? undefined : { endpoint: search, alias: found('SearchAlias') ?? 'products' },
    cache: cache === undefined ? undefined : { url: cache },
    webSocketUrl: found('WebSocketUrl'),
    audit: audit === undefined ? undefined : { bucket: audit },
  };
}

const TABLE = /^(\w+)TableName$/;
const QUEUE = /^(\w+)DeadLetterQueueUrl$/;
const MAPPING = /^(\w+)MappingId$/;

function tablesOf({ name: stack, outputs }: StackFacts): TableFacts[] {
  return Object.entries(outputs).flatMap(([key, name]): TableFacts[] => {
    const prefix = TABLE.exec(key)?.[1];
    // A mapping says too which table it reads.
    if (prefix === undefined || prefix.endsWith('Mapping')) return [];
    const role = prefix.charAt(0).toLowerCase() + prefix.slice(1);
    return [{ role, stack, name, streamArn: outputs[`${prefix}TableStreamArn`] }];
  });
}

function processorsOf(stack: StackFacts): ProcessorFacts[] {
  const { outputs } = stack;
  const prefixes = Object.keys(outputs).flatMap((key) => QUEUE.exec(key)?.[1] ?? []);
  return prefixes.map((prefix) => ({
    name: kebabCase(prefix),
    functionName: wanted(stack, `${prefix}FunctionName`),
    queueUrl: wanted(stack, `${prefix}DeadLetterQueueUrl`),
    failureBucket: wanted(stack, `${prefix}FailureBucketName`),
    setUpFunctionName: outputs[`${prefix}SetUpFunctionName`],
    mappings: mappingsOf(stack, prefix, prefixes),
  }));
}

/** `AnalysisResultsMappingId` is no mapping `Results` of a processor `Analysis` if there is a processor `AnalysisResults`. */
function mappingsOf(stack: StackFacts, prefix: string, prefixes: readonly string[]): MappingFacts[] {
  const tables = tablesOf(stack);
  const ownerOf = (of: string) =>
    prefixes.filter((other) => of.startsWith(other)).sort((a, b) => b.length - a.length)[0];
  const words = Object.keys(stack.outputs)
    .flatMap((key) => MAPPING.exec(key)?.[1] ?? [])
    .filter((of) => ownerOf(of) === prefix)
    .map((of) => of.slice(prefix.length))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  if (words.length === 0) wanted(stack, `${prefix}MappingId`);
  return words.map((word) => {
    const table = wanted(stack, `${prefix}${word}MappingTableName`);
    const streamArn = tables.find(({ name }) => name === table)?.streamArn;
    if (streamArn === undefined) throw missing(stack.name, `…TableStreamArn of ${table}`);
    return { id: wanted(stack, `${prefix}${word}MappingId`), word: kebabCase(word), table, streamArn };
  });
}

function wanted({ name, outputs }: StackFacts, key: string): string {
  const value = outputs[key];
  if (value === undefined) throw missing(name, key);
  return value;
}

function missing(stack: string, key: string): Problem {
  return new Problem(
    `stack ${stack} has no output ${key}: another version deployed it; deploy it again from here, or use the version that did`,
  );
}

/** The reverse of `pascalCase` in infra/constructs/output.ts. */
function kebabCase(pascal: string): string {
  return pascal.replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '-'}${letter.toLowerCase()}`);
}
