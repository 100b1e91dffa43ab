/** What the processors feed: the search domain, the caches, the WebSocket API, and what mails and notifications came of it. */
import { Aws, Duration } from 'aws-cdk-lib';
import { type IMetric, type IWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { metricOf, type Statistic } from '../constructs/metrics.ts';
import type { Stage } from '../stages.ts';
import { graph } from './graph.ts';

export function storeRows(stage: Stage): IWidget[][] {
  return [searchRow(stage), cacheRow(stage), effectsRow(stage)];
}

function searchRow(stage: Stage): IWidget[] {
  const metric = (name: string, statistic: Statistic, label = name) =>
    metricOf(
      'AWS/ES',
      { DomainName: `streamkeeper-${stage.name}`, ClientId: Aws.ACCOUNT_ID },
      { metric: name, statistic, label },
    );
  return [
    graph({
      title: 'Search: latency, ms',
      left: [
        metric('SearchLatency', 'p95', 'searches, p95'),
        metric('IndexingLatency', 'p95', 'writes, p95'),
      ],
      width: 6,
    }),
    graph({
      title: 'Search: refused and failed',
      left: [
        metric('ThreadpoolWriteRejected', 'Sum', 'writes refused'),
        metric('ThreadpoolSearchRejected', 'Sum', 'searches refused'),
        metric('4xx', 'Sum'),
        metric('5xx', 'Sum'),
      ],
      width: 6,
    }),
    graph({
      title: 'Search: memory and CPU, %',
      left: [metric('JVMMemoryPressure', 'Maximum', 'heap'), metric('CPUUtilization', 'Maximum', 'CPU')],
      lines: [{ value: 80, label: 'warns' }],
      width: 6,
    }),
    graph({
      title: 'Search: free disk of the fullest node, MiB',
      left: [metric('FreeStorageSpace', 'Minimum', 'free')],
      lines: [{ value: (stage.search.volumeGb * 1024) / 5, label: 'warns' }],
      width: 6,
    }),
  ];
}

function cacheRow(stage: Stage): IWidget[] {
  const first = `streamkeeper-${stage.name}`;
  const groups = [
    { name: first, label: 'results', nodes: stage.cache.nodes },
    ...(stage.search.queryCache
      ? [{ name: `${first}-products`, label: 'queries', nodes: stage.search.queryCache.nodes }]
      : []),
  ];
  const nodes = (metric: string, statistic: Statistic) =>
    groups.flatMap(({ name, label, nodes: count }) =>
      Array.from({ length: count }, (_, index) => {
        const CacheClusterId = `${name}-${String(index + 1).padStart(3, '0')}`;
        return metricOf(
          'AWS/ElastiCache',
          { CacheClusterId, CacheNodeId: '0001' },
          { metric, statistic, label: `${label} ${index + 1}` },
        );
      }),
    );
  return [
    graph({
      title: 'Caches: memory, %',
      left: nodes('DatabaseMemoryUsagePercentage', 'Maximum'),
      lines: [{ value: 80, label: 'warns' }],
      width: 8,
    }),
    graph({
      title: 'Caches: CPU of the engine, %',
      left: nodes('EngineCPUUtilization', 'Maximum'),
      width: 8,
    }),
    graph({ title: 'Caches: keys evicted', left: nodes('Evictions', 'Sum'), width: 8 }),
  ];
}

/** Found by what they are told apart by: the kinds are the code's own closed sets, the API's id is made at deployment. */
function effectsRow(stage: Stage): IWidget[] {
  return [
    graph({
      title: 'Notifications: stored by kind; pushed by result',
      left: [found('Streamkeeper,service,Type', 'MetricName="NotificationsStored"')],
      right: [found('Streamkeeper,service,Type,Result', 'MetricName="Pushes"')],
      width: 8,
    }),
    graph({
      title: `WebSocket: connections, messages, errors (APIs with a stage ${stage.name})`,
      left: [
        found(
          'AWS/ApiGateway,ApiId,Stage',
          `Stage="${stage.name}" (MetricName="ConnectCount" OR MetricName="MessageCount" OR MetricName="ClientError" OR MetricName="IntegrationError" OR MetricName="ExecutionError")`,
        ),
      ],
      width: 8,
    }),
    graph({
      title: 'Mail: sent by kind; bounces and complaints of the account',
      left: [found('Streamkeeper,service,mail', 'MetricName="MailsSent"')],
      right: (['Bounce', 'Complaint', 'Reject'] as const).map((metric) =>
        metricOf('AWS/SES', {}, { metric, statistic: 'Sum', label: metric.toLowerCase() }),
      ),
      width: 8,
    }),
  ];
}

function found(namespaceAndDimensions: string, which: string): IMetric {
  return new MathExpression({
    expression: `SEARCH('{${namespaceAndDimensions}} ${which}', 'Sum', 300)`,
    usingMetrics: {},
    label: '',
    period: Duration.minutes(5),
  });
}
