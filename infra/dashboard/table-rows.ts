/** One row per table with its indexes: whether it is throttled, how much of its ceiling is used, how long requests take. */

import { Duration } from 'aws-cdk-lib';
import { type IWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { INDEX_QUERY_LATENCY } from '../../shared/telemetry/timed-queries.ts';
import { metricOf, ownMetric, tableMetric } from '../constructs/metrics.ts';
import { ceilingOf } from '../constructs/table-alarms.ts';
import { ALL_TABLES } from '../settings/tables.ts';
import type { Stage } from '../stages.ts';
import { type TableDefinition, tableName } from '../tables/definition.ts';
import { ekBharathTables } from '../tables/ek-bharath.ts';
import { marketplaceTables } from '../tables/marketplace.ts';
import { graph } from './graph.ts';

export function tableRows(stage: Stage): IWidget[][] {
  return ALL_TABLES.map((definition) => tableRow(stage, definition));
}

const MINUTE = 60;

function tableRow(stage: Stage, definition: TableDefinition): IWidget[] {
  const table = tableName(definition, stage);
  const parts = [undefined, ...Object.keys(definition.indexes)];
  const ceiling = ceilingOf(stage, definition);
  return [
    graph({
      title: `${table}: throttled requests`,
      left: parts.flatMap((index) =>
        (['Read', 'Write'] as const).map((kind) =>
          tableMetric(table, index, {
            metric: `${kind}ThrottleEvents`,
            statistic: 'Sum',
            seconds: MINUTE,
            label: `${index ?? 'table'}, ${kind.toLowerCase()}s`,
          }),
        ),
      ),
      width: 8,
      height: 5,
    }),
    graph({
      title: `${table}: use, % of ${ceiling.read} reads and ${ceiling.write} writes a second`,
      left: parts.flatMap((index, at) => [
        share(table, index, 'Read', ceiling.read, at),
        share(table, index, 'Write', ceiling.write, at),
      ]),
      lines: [{ value: 80, label: 'warns' }],
      width: 8,
      height: 5,
    }),
    graph({
      title: `${table}: latency by operation, ms${parts.length > 1 ? `; Query: of all indexes together` : ''}`,
      left: [
        ...ownQueries(definition),
        ...(['Query', 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'] as const).map((Operation) =>
          metricOf(
            'AWS/DynamoDB',
            { TableName: table, Operation },
            {
              metric: 'SuccessfulRequestLatency',
              statistic: 'p99',
              seconds: MINUTE,
              label: `${Operation}, p99`,
            },
          ),
        ),
      ],
      width: 8,
      height: 5,
    }),
  ];
}

/** Which processors query which index: these measure it themselves, because AWS tells latency apart by operation only. */
const QUERIED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  [ekBharathTables.userSessions.name]: { UserIndex: ['bids', 'conversations'] },
  [marketplaceTables.reviews.name]: {
    'providerReviews-index': ['bookings'],
    'bookingReviews-index': ['bookings'],
  },
};

function ownQueries({ name }: TableDefinition) {
  return Object.entries(QUERIED[name] ?? {}).flatMap(([Index, services]) =>
    services.map((service) =>
      ownMetric(
        service,
        {
          metric: INDEX_QUERY_LATENCY,
          statistic: 'p99',
          seconds: MINUTE,
          label: `${Index}, ${service}, p99`,
        },
        { Index },
      ),
    ),
  );
}

function share(
  table: string,
  index: string | undefined,
  kind: 'Read' | 'Write',
  ceiling: number,
  at: number,
) {
  const what = `${kind.toLowerCase()}s`;
  // Unique in the graph.
  const id = `${what}${at}`;
  return new MathExpression({
    expression: `100 * ${id} / ${ceiling * MINUTE}`,
    usingMetrics: {
      [id]: tableMetric(table, index, {
        metric: `Consumed${kind}CapacityUnits`,
        statistic: 'Sum',
        seconds: MINUTE,
      }),
    },
    label: `${index ?? 'table'}, ${what}`,
    period: Duration.seconds(MINUTE),
  });
}
