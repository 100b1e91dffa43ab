/**
 * The cache of product searches, in a network of its own, and the function in it that has it forget them. Who changes products
 * stays outside: it invokes the function, and needs neither the network nor an endpoint that is paid for by the hour.
 */
import { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { KEEPER_ACL, READERS_ACL } from '../../shared/cache/query-cache-acl.ts';
import type { CacheSettings } from '../stage-schema.ts';
import type { Stage } from '../stages.ts';
import { addAlarms } from './alarm.ts';
import { CacheCluster } from './cache-cluster.ts';
import { IsolatedNetwork } from './isolated-network.ts';
import { NodeFunction } from './node-function.ts';
import { output, pascalCase } from './output.ts';

export interface QueryCacheProps {
  readonly stage: Stage;
  readonly settings: CacheSettings;
  /** The processor whose changes it forgets by; `processors/<name>/forget-queries.ts` is what runs. */
  readonly name: string;
}

/** For three attempts, each bounded by the connection's own time-out. */
const TIMEOUT_SECONDS = 10;

export class QueryCache extends Construct {
  /** What tells the processor whom to invoke. */
  readonly environment: Readonly<Record<'FORGET_QUERIES_FUNCTION', string>>;
  private readonly functionArn: string;

  constructor(scope: Construct, id: string, { stage, settings, name }: QueryCacheProps) {
    super(scope, id);
    const network = new IsolatedNetwork(this, 'Network', { stage, zones: settings.zones });
    const cache = new CacheCluster(this, 'Cache', {
      stage,
      settings,
      network,
      name,
      holds: `Queries of ${name}`,
      // Pages go when room is needed; the generation has no time to live, and stays.
      evicts: 'volatile-lru',
      user: 'keeper',
      may: KEEPER_ACL,
      readersMay: READERS_ACL,
    });
    const functionName = `${name}-forget-queries`;
    const code = new NodeFunction(this, 'Forget', {
      stage,
      name: functionName,
      entry: `processors/${name}/forget-queries.ts`,
      description: `Has the cache forget all queries of ${name}, whenever they changed`,
      timeoutSeconds: TIMEOUT_SECONDS,
      memoryMb: 256,
      environment: { ...cache.environment, POWERTOOLS_SERVICE_NAME: functionName },
      network: network.function,
    });
    cache.admit(code.role);
    // Lambda would try again after a minute (Lambda developer guide, "invocation-async-retain-records" and
    // "invocation-async-error-handling"); what it should make forget has expired by then.
    code.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(60) });
    this.functionArn = code.function.functionArn;
    this.environment = { FORGET_QUERIES_FUNCTION: code.function.functionName };
    addAlarms(this, stage, functionName, [
      {
        name: 'errors-warn',
        says: 'The query cache could not be told that products changed. Searches may be up to 30 seconds older than the index meanwhile; look into the logs.',
        metric: code.function.metricErrors({ statistic: 'Sum', period: Duration.minutes(5) }),
        threshold: 1,
        periods: 1,
        silence: 'healthy',
      },
    ]);
    const prefix = pascalCase(name);
    output(
      this,
      `${prefix}ForgetQueriesFunctionName`,
      code.function.functionName,
      `Forgets queries of ${name}`,
    );
    output(this, 'QueryCacheUrl', cache.url, 'URL of the query cache, for what runs in its network');
    output(this, 'QueryCacheName', cache.cacheName, 'REDIS_CACHE_NAME of its readers');
    output(this, 'QueryCacheVpcId', network.vpcId, 'The network of the query cache');
    output(this, 'QueryCacheSubnetIds', network.subnetIds.join(','), 'Subnets for its readers');
    output(this, 'QueryCacheSecurityGroupId', network.functionGroupId, 'Security group for its readers');
    if (cache.readers !== undefined)
      output(this, 'QueryCacheReaders', cache.readers, 'REDIS_USER of its readers');
  }

  /** Lets `role` have the cache forget. */
  admit(role: Role): void {
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.functionArn] }),
    );
  }
}
