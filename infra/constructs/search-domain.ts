/**
 * The OpenSearch domain, encrypted and reached by TLS only. A role may call it if it was admitted here, with the HTTP methods
 * it was admitted for: the domain's own policy and the role's say the same.
 */
import { Arn, Aws, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ArnPrincipal, PolicyDocument, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { CfnDomain } from 'aws-cdk-lib/aws-opensearchservice';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';
import { addAlarms } from './alarm.ts';
import { metricOf, type Statistic } from './metrics.ts';
import { output } from './output.ts';
import { SearchLogs } from './search-logs.ts';

export type SearchMethod = 'Get' | 'Head' | 'Post' | 'Put' | 'Delete';

export interface SearchDomainProps {
  readonly stage: Stage;
  /** The alias that readers and processors use; the index behind it carries a version. */
  readonly alias: string;
}

export class SearchDomain extends Construct {
  /** What a function needs to find the domain. */
  readonly environment: Readonly<Record<'SEARCH_ENDPOINT' | 'SEARCH_ALIAS' | 'SEARCH_SIGNING', string>>;
  private readonly domainArn: string;
  private readonly admitted: PolicyStatement[] = [];

  constructor(scope: Construct, id: string, { stage, alias }: SearchDomainProps) {
    super(scope, id);
    const domainName = `streamkeeper-${stage.name}`;
    // Spelled out, because the domain's policy and the roles' policies name it before it exists.
    this.domainArn = Arn.format(
      { service: 'es', resource: 'domain', resourceName: domainName },
      Stack.of(this),
    );
    const { instanceType, instanceCount, zones, dedicatedMasters, volumeGb } = stage.search;

    acknowledgeWildcards(
      Stack.of(this),
      "The domain's APIs are paths under it; which of them, the HTTP methods say.",
      `${this.domainArn}/*`,
    );
    const logs = new SearchLogs(this, 'Logs', stage, domainName);
    const domain = new CfnDomain(this, 'Domain', {
      domainName,
      engineVersion: 'OpenSearch_2.11',
      clusterConfig: {
        instanceType,
        instanceCount,
        dedicatedMasterEnabled: dedicatedMasters > 0,
        ...(dedicatedMasters > 0
          ? { dedicatedMasterCount: dedicatedMasters, dedicatedMasterType: instanceType }
          : {}),
        zoneAwarenessEnabled: zones > 1,
        ...(zones > 1 ? { zoneAwarenessConfig: { availabilityZoneCount: zones } } : {}),
        multiAzWithStandbyEnabled: false,
      },
      ebsOptions: { ebsEnabled: true, volumeType: 'gp3', volumeSize: volumeGb },
      domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
      encryptionAtRestOptions: { enabled: true },
      nodeToNodeEncryptionOptions: { enabled: true },
      logPublishingOptions: logs.options,
      accessPolicies: Lazy.any({
        produce: () => new PolicyDocument({ statements: this.admitted }),
      }),
    });
    const open =
      'Functions without a network of their own call it; it answers signed requests of the roles in its policy alone.';
    acknowledge(domain, 'OS1', open);
    acknowledge(domain, 'OS3', `${open} Lambda has no fixed addresses to list.`);
    if (dedicatedMasters === 0) {
      acknowledge(
        domain,
        'OS4',
        'A stage that may lose its search for a while; the processor holds its records meanwhile.',
      );
    }
    if (zones === 1)
      acknowledge(domain, 'OS7', 'A stage that may lose its search with a zone; the table has everything.');
    // In place where AWS can: without it a new engine version would replace the domain, and its index.
    domain.cfnOptions.updatePolicy = { enableVersionUpgrade: true };
    domain.applyRemovalPolicy(stage.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);

    this.watch(stage, domain.ref);
    const isEmulated = stage.emulator !== undefined;
    this.environment = {
      SEARCH_ENDPOINT: `${isEmulated ? 'http' : 'https'}://${domain.attrDomainEndpoint}`,
      SEARCH_ALIAS: alias,
      SEARCH_SIGNING: isEmulated ? 'none' : 'aws',
    };
    output(Stack.of(this), 'SearchEndpoint', this.environment.SEARCH_ENDPOINT, 'URL of the search domain');
    output(Stack.of(this), 'SearchDomainName', domain.ref, 'Name of the search domain');
    output(Stack.of(this), 'SearchAlias', alias, 'Alias that searches and writes go to');
  }

  /** OpenSearch Service developer guide, "managedomains-cloudwatchmetrics": its own recommended alarms, those that a processor feels. */
  private watch(stage: Stage, DomainName: string): void {
    const metric = (name: string, statistic: Statistic, seconds: number) =>
      metricOf('AWS/ES', { DomainName, ClientId: Aws.ACCOUNT_ID }, { metric: name, statistic, seconds });
    addAlarms(this, stage, 'search', [
      {
        name: 'red-page',
        says: 'A primary shard is not there: searches fail and the processor waits. A snapshot of the last hours can be restored; or rebuild the index from the table.',
        metric: metric('ClusterStatus.red', 'Maximum', 60),
        threshold: 1,
        periods: 3,
        silence: 'healthy',
      },
      {
        name: 'writes-blocked-page',
        says: 'The domain refuses writes: its disks or its memory are full. The processor waits for six hours; take larger disks or nodes.',
        metric: metric('ClusterIndexWritesBlocked', 'Maximum', 300),
        threshold: 1,
        periods: 1,
        silence: 'healthy',
      },
      {
        name: 'storage-warn',
        says: 'A node has less than a fifth of its disk left. At some percent the domain refuses writes; take larger disks.',
        metric: metric('FreeStorageSpace', 'Minimum', 300),
        // MiB.
        threshold: (stage.search.volumeGb * 1024) / 5,
        below: true,
        periods: 3,
        silence: 'healthy',
      },
      {
        name: 'memory-warn',
        says: 'The Java heap has been 80 % full for a quarter of an hour. At 92 % the domain refuses writes; take larger nodes.',
        metric: metric('JVMMemoryPressure', 'Maximum', 300),
        threshold: 80,
        periods: 3,
        silence: 'healthy',
      },
      {
        name: 'errors-warn',
        says: 'The domain has answered with 5xx for a quarter of an hour: it is overloaded, or a node is gone. The processor tries again; searches fail.',
        metric: metric('5xx', 'Sum', 300),
        threshold: 1,
        periods: 3,
        silence: 'healthy',
      },
    ]);
  }

  /**
   * Lets `role` send requests of these methods to every path of the domain; or only of whole indices: those behind its alias, and one
   * that stands where the alias has to be (the engine takes the alias itself for no index).
   */
  admit(role: Role, methods: readonly SearchMethod[], to: 'all' | 'own-indices' = 'all'): void {
    const { SEARCH_ALIAS: alias } = this.environment;
    const paths = to === 'all' ? ['*'] : [alias, `${alias}-v*`];
    const resources = paths.map((path) => `${this.domainArn}/${path}`);
    if (to === 'own-indices')
      acknowledgeWildcards(
        role,
        'Behind the alias there is an index of any version.',
        `${this.domainArn}/${alias}-v*`,
      );
    const rights = { actions: methods.map((method) => `es:ESHttp${method}`), resources };
    role.addToPolicy(new PolicyStatement(rights));
    this.admitted.push(new PolicyStatement({ ...rights, principals: [new ArnPrincipal(role.roleArn)] }));
  }
}
