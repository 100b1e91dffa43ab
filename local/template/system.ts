/**
 * What the template names, as the local run needs it: tables, queues, buckets, functions, mappings and set-up triggers, with
 * their own properties. What has no part here (roles, alarms, policies) is left out; what is unknown is listed, not dropped.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../problem.ts';
import type { Assembly, StackTemplate, TemplateResource } from './assembly.ts';
import { type BucketNotification, queueNotifications } from './bucket-notifications.ts';
import { attributesOf, type EngineFacts, physicalName } from './identity.ts';
import { type Account, type Resolver, templateResolver } from './resolve.ts';
import { isKnownType, TABLE_TYPES } from './types.ts';
import { type ReadApi, readWebSocketApi } from './web-socket-api.ts';

export interface Table {
  readonly system: string;
  readonly name: string;
  /** CreateTable's own properties, from the template. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly hasStream: boolean;
}

export interface Queue {
  readonly name: string;
  /** CloudFormation's properties, names apart from QueueName. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface LocalFunction {
  readonly system: string;
  readonly name: string;
  readonly arn: string;
  /** The bundle's file that exports the handler. */
  readonly file: string;
  readonly exportName: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Mapping {
  readonly uuid: string;
  readonly function: LocalFunction;
  readonly streamArn: string;
  readonly tableName: string;
  /** Resolved, for `parseMapping`. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface LocalSystem {
  readonly mappings: readonly Mapping[];
  /** Invoked once, in this order, before a mapping starts. */
  readonly setUps: readonly LocalFunction[];
  /** Invoked by the WebSocket API. */
  readonly connections: readonly LocalFunction[];
  /** Invoked by the functions whose environment names them. */
  readonly invoked: readonly LocalFunction[];
  /** Mappings whose function needs what the local run does not have, each with the reason. */
  readonly leftOut: readonly string[];
}

/** Reads resources with one set of facts. Before engines run, names and tables can be read; the rest needs their addresses. */
export interface SystemReader {
  tables(): readonly Table[];
  queues(): readonly Queue[];
  buckets(): readonly string[];
  notifications(): readonly BucketNotification[];
  /** Without addresses; undefined if the template has none. @throws Problem when it has more than one */
  webSocketApi(): ReadApi | undefined;
  /** @throws Problem naming the resource that cannot be resolved */
  read(): LocalSystem;
  /** By stack; an output that means nothing on this machine is left out. */
  outputs(): readonly { readonly name: string; readonly outputs: Readonly<Record<string, string>> }[];
  /** Types the local run does not know, each with how many there are. */
  unknownTypes(): ReadonlyMap<string, number>;
}

export function systemReader(assembly: Assembly, account: Account, facts: EngineFacts): SystemReader {
  const nameOf = (stack: StackTemplate, resource: TemplateResource, property: string) =>
    resolver.resolve(stack, resource, property);
  const attribute = attributesOf(account, facts, nameOf);
  const resolver: Resolver = templateResolver(assembly, account, attribute);
  const all = assembly.stacks.flatMap((stack) =>
    [...stack.resources.values()].map((resource) => ({ stack, resource })),
  );
  const ofType = (...types: readonly string[]) => all.filter(({ resource }) => types.includes(resource.type));
  const allOf = (stack: StackTemplate, resource: TemplateResource) =>
    Object.fromEntries(
      Object.keys(resource.properties).map((name) => [name, resolver.resolve(stack, resource, name)]),
    );
  const nameIn = (stack: StackTemplate, resource: TemplateResource) => physicalName(stack, resource, nameOf);

  return {
    tables: () =>
      ofType(...TABLE_TYPES).map(({ stack, resource }) => ({
        system: stack.name,
        name: nameIn(stack, resource),
        properties: allOf(stack, resource),
        hasStream: resource.properties['StreamSpecification'] !== undefined,
      })),
    queues: () =>
      ofType('AWS::SQS::Queue').map(({ stack, resource }) => ({
        name: nameIn(stack, resource),
        properties: allOf(stack, resource),
      })),
    buckets: () => ofType('AWS::S3::Bucket').map(({ stack, resource }) => nameIn(stack, resource)),
    notifications: () =>
      ofType('AWS::S3::Bucket').flatMap(({ stack, resource }) =>
        queueNotifications(
          nameIn(stack, resource),
          resolver.resolve(stack, resource, 'NotificationConfiguration'),
        ),
      ),
    webSocketApi,
    read,
    outputs: () =>
      assembly.stacks.map((stack) => ({
        name: stack.name,
        outputs: Object.fromEntries(
          Object.keys(stack.outputs).flatMap((key) => {
            const value = meaningHere(() => resolver.output(stack, key));
            return value === undefined ? [] : [[key, String(value)]];
          }),
        ),
      })),
    unknownTypes() {
      const unknown = new Map<string, number>();
      for (const { resource } of all) {
        const { type } = resource;
        if (isKnownType(type) || isTriggerHelper(resource)) continue;
        unknown.set(type, (unknown.get(type) ?? 0) + 1);
      }
      return unknown;
    },
  };

  function read(): LocalSystem {
    const leftOut: string[] = [];
    const mappings = ofType('AWS::Lambda::EventSourceMapping').flatMap(({ stack, resource }): Mapping[] => {
      const properties = allOf(stack, resource);
      const user = `${stack.name}.${resource.logicalId}`;
      const streamArn = String(properties['EventSourceArn']);
      const code = find(properties['FunctionName'], user);
      try {
        return [
          {
            uuid: attribute(stack, resource, undefined) ?? user,
            function: functionOf(code.stack, code.resource),
            streamArn,
            tableName: /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1] ?? streamArn,
            properties,
          },
        ];
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        leftOut.push(`${nameIn(code.stack, code.resource)} (${error.message.replace(/^template: /, '')})`);
        return [];
      }
    });
    const setUps = ofType('Custom::Trigger').map(({ stack, resource }) => {
      const user = `${stack.name}.${resource.logicalId}`;
      const code = find(resolver.resolve(stack, resource, 'HandlerArn'), user);
      return functionOf(code.stack, code.resource);
    });
    const { routes = {}, authorizer } = webSocketApi() ?? {};
    const behindApi = new Set([...Object.values(routes), ...(authorizer === undefined ? [] : [authorizer])]);
    const connections = [...behindApi].map((name) => {
      const code = find(name, 'the WebSocket API');
      return functionOf(code.stack, code.resource);
    });
    const invokers = [...mappings.map(({ function: code }) => code), ...connections];
    return { mappings, setUps, connections, invoked: namedBy(invokers), leftOut };
  }

  function namedBy(functions: readonly LocalFunction[]): LocalFunction[] {
    const names = new Set(functions.flatMap(({ environment }) => Object.values(environment)));
    const own = new Set(functions.map(({ name }) => name));
    return ofType('AWS::Lambda::Function').flatMap(({ stack, resource }) => {
      const name = nameIn(stack, resource);
      return names.has(name) && !own.has(name) ? [functionOf(stack, resource)] : [];
    });
  }

  function webSocketApi(): ReadApi | undefined {
    return readWebSocketApi((type) =>
      ofType(type).map(({ stack, resource }) => ({
        ref: attribute(stack, resource, undefined) ?? '',
        properties: allOf(stack, resource),
      })),
    );
  }

  /** By name, ARN, or ARN with a version or alias. */
  function find(reference: unknown, user: string) {
    const text = String(reference);
    const found = ofType('AWS::Lambda::Function').find(({ stack, resource }) => {
      const arn = attribute(stack, resource, 'Arn') ?? '';
      return text === nameIn(stack, resource) || text === arn || text.startsWith(`${arn}:`);
    });
    if (found === undefined) throw new Problem(`template: ${user} names ${text}, which is no function of it`);
    return found;
  }

  function functionOf(stack: StackTemplate, resource: TemplateResource): LocalFunction {
    const at = `template: ${stack.name}.${resource.logicalId}`;
    const [fileName = 'index', exportName = 'handler'] = String(
      resolver.resolve(stack, resource, 'Handler') ?? '',
    ).split('.');
    const code = resource.properties['Code'] as { readonly S3Key?: unknown } | undefined;
    const folder = stack.bundles.get(String(code?.S3Key ?? '').replace(/\.zip$/, ''));
    if (folder === undefined)
      throw new Problem(`${at}, Code: its bundle is not in the assembly; synthesize it again`);
    const file = ['.mjs', '.js', '.cjs']
      .map((ending) => join(folder, `${fileName}${ending}`))
      .find((candidate) => existsSync(candidate));
    if (file === undefined) throw new Problem(`${at}, Handler: ${folder} holds no ${fileName}.mjs`);
    const { Variables: variables = {} } = (resolver.resolve(stack, resource, 'Environment') ?? {}) as {
      Variables?: Record<string, unknown>;
    };
    return {
      system: stack.name,
      name: nameIn(stack, resource),
      arn: attribute(stack, resource, 'Arn') ?? '',
      file,
      exportName,
      // Lambda's defaults (API reference, CreateFunction).
      memoryMb: Number(resource.properties['MemorySize'] ?? 128),
      timeoutMs: Number(resource.properties['Timeout'] ?? 3) * 1000,
      environment: Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, String(value)]),
      ),
    };
  }
}

/** Which engines a template needs, read without any of them. */
export function engineNeeds(assembly: Assembly): {
  readonly systems: readonly string[];
  readonly search: boolean;
  readonly cache: boolean;
} {
  const has = (stack: StackTemplate, types: ReadonlySet<string>) =>
    [...stack.resources.values()].some(({ type }) => types.has(type));
  return {
    systems: assembly.stacks.filter((stack) => has(stack, TABLE_TYPES)).map(({ name }) => name),
    search: assembly.stacks.some((stack) => has(stack, new Set(['AWS::OpenSearchService::Domain']))),
    cache: assembly.stacks.some((stack) => has(stack, new Set(['AWS::ElastiCache::ReplicationGroup']))),
  };
}

function meaningHere(resolve: () => unknown): unknown {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** CDK's own function behind Custom::Trigger: here the trigger's handler is invoked directly. */
function isTriggerHelper(resource: TemplateResource): boolean {
  return (
    resource.type === 'AWS::Lambda::Function' && resource.logicalId.startsWith('AWSCDKTriggerCustomResource')
  );
}
