/**
 * A cache: Valkey in ElastiCache, reached by nobody but what runs in the network it lies in. Where the stage says so, over TLS,
 * and only by a role that was admitted, as a user who may touch the keys and commands that it was admitted for.
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
import type { CacheSettings } from '../stage-schema.ts';
import type { Stage } from '../stages.ts';
import { acknowledge } from './acknowledge.ts';
import { addAlarms } from './alarm.ts';
import type { IsolatedNetwork } from './isolated-network.ts';

export interface CacheClusterProps {
  readonly stage: Stage;
  readonly settings: CacheSettings;
  readonly network: IsolatedNetwork;
  /**
   * The cache's name after `streamkeeper-<stage>`.
   *
   * @default the name alone
   */
  readonly name?: string;
  /** What is in it, for who meets it in the console. */
  readonly holds: string;
  /** Of `maxmemory-policy`: what goes when memory is full. */
  readonly evicts: 'noeviction' | 'volatile-lru';
  /** Who keeps it: the last word of the user's name. */
  readonly user: string;
  /** Of Valkey's ACL: what the user may do with which keys, e.g. `~analysis:* -@all +get`. */
  readonly may: string;
  /**
   * What readers may do, whose roles are not of this stack.
   *
   * @default they have no user here
   */
  readonly readersMay?: string;
}

const PORT = 6379;

export class CacheCluster extends Construct {
  /** What a function needs to find the cache and to be let in; see `shared/cache/settings.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly url: string;
  readonly cacheName: string;
  /** Of the readers' user; absent in a stage without security, and where readers have none. */
  readonly readers: string | undefined;
  private readonly user: CfnUser | undefined;

  constructor(scope: Construct, id: string, props: CacheClusterProps) {
    super(scope, id);
    const { stage, settings, network, holds, evicts, user } = props;
    const { nodeType, nodes, secured } = settings;
    this.cacheName = ['streamkeeper', stage.name, ...(props.name === undefined ? [] : [props.name])].join(
      '-',
    );
    const title = `${holds}, stage ${stage.name}`;
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description: title,
      subnetIds: [...network.subnetIds],
    });
    this.user = secured ? this.userOf('User', `${this.cacheName}-${user}`, props.may) : undefined;
    const readers =
      secured && props.readersMay !== undefined
        ? this.userOf('Readers', `${this.cacheName}-readers`, props.readersMay)
        : undefined;
    this.readers = readers?.userId;
    const parameters = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: 'valkey8',
      description: `${title}: ${evicts}`,
      properties: { 'maxmemory-policy': evicts },
    });
    const users = [this.user, readers].flatMap((one) => one?.ref ?? []);
    const cluster = new CfnReplicationGroup(this, 'Cluster', {
      replicationGroupId: this.cacheName,
      replicationGroupDescription: title,
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
      ...(secured ? { userGroupIds: [this.groupOf(user, users).ref] } : {}),
    });
    if (nodes === 1) acknowledge(cluster, 'AEC4', 'What a cache loses is read from where it came from.');
    if (secured)
      acknowledge(
        cluster,
        'AEC6',
        'Users are admitted by IAM, each with its own keys and commands; there is no shared password.',
      );
    else {
      const reason = 'A stage without real data: the network lets in one function and nobody else.';
      acknowledge(cluster, 'AEC3', reason);
      acknowledge(cluster, 'AEC6', reason);
    }
    // Whatever is in it is in the table too.
    cluster.applyRemovalPolicy(RemovalPolicy.DESTROY);
    const scheme = secured ? 'rediss' : 'redis';
    this.url = `${scheme}://${cluster.attrPrimaryEndPointAddress}:${cluster.attrPrimaryEndPointPort}`;
    this.environment = {
      REDIS_URL: this.url,
      ...(this.user
        ? { REDIS_AUTH: 'iam', REDIS_USER: this.user.userId, REDIS_CACHE_NAME: this.cacheName }
        : { REDIS_AUTH: 'none' }),
    };
    // What makes room by itself is full by rights.
    if (evicts === 'noeviction') for (let node = 1; node <= nodes; node++) this.watch(stage, node);
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
  private userOf(id: string, name: string, may: string): CfnUser {
    return new CfnUser(this, id, {
      engine: 'valkey',
      userId: name,
      userName: name,
      accessString: `on ${may}`,
      authenticationMode: { Type: 'iam' },
    });
  }

  private groupOf(user: string, userIds: string[]): CfnUserGroup {
    return new CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: `${this.cacheName}-${user}`,
      userIds,
    });
  }

  private arnOf(resource: string, resourceName: string): string {
    return Arn.format(
      { service: 'elasticache', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME },
      Stack.of(this),
    );
  }
}
