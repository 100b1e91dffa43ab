/**
 * The cache: Valkey in ElastiCache, reached by nobody but the function of the network it lies in. Where the stage says so, over
 * TLS, and only by a role that was admitted here, as a user who may touch the keys and commands that it was admitted for.
 *
 * ElastiCache user guide, "Authenticating with IAM", "Role-Based Access Control", "Metrics for Valkey and Redis OSS";
 * Valkey, "ACL", "Key eviction".
 */
import { Arn, ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  CfnParameterGroup,
  CfnReplicationGroup,
  CfnSubnetGroup,
  CfnUser,
  CfnUserGroup,
} from 'aws-cdk-lib/aws-elasticache';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { addAlarms } from './alarm.ts';
import type { IsolatedNetwork } from './isolated-network.ts';
import { output } from './output.ts';

export interface CacheClusterProps {
  readonly stage: Stage;
  readonly network: IsolatedNetwork;
  /** The processor that keeps it. Its user has its name. */
  readonly user: string;
  /** Of Valkey's ACL: what the user may do with which keys, e.g. `~analysis:* -@all +get`. */
  readonly may: string;
}

const PORT = 6379;

export class CacheCluster extends Construct {
  /** What a function needs to find the cache and to be let in; see `shared/cache/settings.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  private readonly cacheName: string;
  private readonly user: CfnUser | undefined;

  constructor(scope: Construct, id: string, { stage, network, user, may }: CacheClusterProps) {
    super(scope, id);
    const { nodeType, nodes, secured } = stage.cache;
    this.cacheName = `streamkeeper-${stage.name}`;
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description: `The cache of stage ${stage.name}`,
      subnetIds: [...network.subnetIds],
    });
    this.user = secured ? this.userOf(`${this.cacheName}-${user}`, may) : undefined;
    // By default memory is made by dropping keys: versions too, and with them the knowledge that a state is stale.
    const parameters = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: 'valkey8',
      description: `The cache of stage ${stage.name}: nothing is evicted`,
      properties: { 'maxmemory-policy': 'noeviction' },
    });
    const cluster = new CfnReplicationGroup(this, 'Cluster', {
      replicationGroupId: this.cacheName,
      replicationGroupDescription: `The analysis results of stage ${stage.name}`,
      engine: 'valkey',
      engineVersion: '8.0',
      cacheNodeType: nodeType,
      numCacheClusters: nodes,
      automaticFailoverEnabled: nodes > 1,
      multiAzEnabled: nodes > 1,
      port: PORT,
      cacheParameterGroupName: parameters.ref,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [network.addServer('Cache', PORT, 'The cache: from the function')],
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: secured,
      ...(secured ? { userGroupIds: [this.groupOf(user).ref] } : {}),
    });
    // Whatever is in it is in the table too.
    cluster.applyRemovalPolicy(RemovalPolicy.DESTROY);
    const scheme = secured ? 'rediss' : 'redis';
    const url = `${scheme}://${cluster.attrPrimaryEndPointAddress}:${cluster.attrPrimaryEndPointPort}`;
    this.environment = {
      REDIS_URL: url,
      ...(this.user
        ? { REDIS_AUTH: 'iam', REDIS_USER: this.user.userId, REDIS_CACHE_NAME: this.cacheName }
        : { REDIS_AUTH: 'none' }),
    };
    for (let node = 1; node <= nodes; node++) this.watch(stage, node);
    output(this, 'CacheUrl', url, 'URL of the cache, for what runs in its network');
  }

  /** Lets `role` connect as the cache's user; in a stage without security there is none, and the network alone decides. */
  admit(role: Role): void {
    if (!this.user) return;
    role.addToPolicy(
      new PolicyStatement({
        actions: ['elasticache:Connect'],
        resources: [this.arnOf('replicationgroup', this.cacheName), this.arnOf('user', this.user.userId)],
      }),
    );
  }

  /** ElastiCache names a replication group's nodes after it, counted from 001; each is a cluster with one node, 0001. */
  private watch(stage: Stage, node: number): void {
    const CacheClusterId = `${this.cacheName}-${String(node).padStart(3, '0')}`;
    addAlarms(new Construct(this, `Node${node}`), stage, `cache-${node}`, [
      {
        name: 'memory-warn',
        says: 'The cache is four fifths full. When it is full it takes nothing more, and its processor falls behind: take a larger node.',
        metric: new Metric({
          namespace: 'AWS/ElastiCache',
          metricName: 'DatabaseMemoryUsagePercentage',
          dimensionsMap: { CacheClusterId, CacheNodeId: '0001' },
          statistic: 'Maximum',
          period: Duration.minutes(5),
        }),
        threshold: 80,
        periods: 3,
        silence: 'healthy',
      },
    ]);
  }

  /** An IAM user's name and id are the same. Without `default`, which Valkey does not ask for, nobody else gets in. */
  private userOf(name: string, may: string): CfnUser {
    return new CfnUser(this, 'User', {
      engine: 'valkey',
      userId: name,
      userName: name,
      accessString: `on ${may}`,
      authenticationMode: { Type: 'iam' },
    });
  }

  private groupOf(user: string): CfnUserGroup {
    return new CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: `${this.cacheName}-${user}`,
      userIds: this.user ? [this.user.ref] : [],
    });
  }

  private arnOf(resource: string, resourceName: string): string {
    return Arn.format(
      { service: 'elasticache', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME },
      Stack.of(this),
    );
  }
}
