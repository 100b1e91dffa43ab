/**
 * The alarms of a system's tables and of every index of them: throttled, failing, or used more than the stage expects. They go by
 * names, so tables that exist already have them too.
 *
 * DynamoDB developer guide, "metrics-dimensions"; CloudWatch user guide, "Metrics Insights" (queries in alarms).
 */
import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { type TableDefinition, type TableDefinitions, tableName } from '../tables/definition.ts';
import { type AlarmRule, addAlarms } from './alarm.ts';
import { tableMetric, together } from './metrics.ts';
import { pascalCase } from './output.ts';

/** Of its ceiling: the rest is for what happens until somebody has looked. */
const WARN_SHARE = 0.8;

const PERIOD_SECONDS = 60;

export class TableAlarms extends Construct {
  constructor(scope: Construct, id: string, stage: Stage, definitions: TableDefinitions) {
    super(scope, id);
    if (!stage.alarms.tables) return;
    for (const [key, definition] of Object.entries(definitions)) {
      const table = tableName(definition, stage);
      const ofTable = new Construct(this, pascalCase(key));
      addAlarms(ofTable, stage, `table-${table}`, [
        ...useRules(stage, definition, table, undefined),
        systemErrors(table),
      ]);
      for (const index of Object.keys(definition.indexes)) {
        const rules = useRules(stage, definition, table, index);
        addAlarms(new Construct(ofTable, index), stage, `table-${table}-${index}`, rules);
      }
    }
  }
}

/** Units a second that a stage expects of a table, and of each of its indexes, at most. */
export function ceilingOf({ alarms }: Stage, { name }: Pick<TableDefinition, 'name'>) {
  return new Map(Object.entries(alarms.ceilings ?? {})).get(name) ?? alarms.ceiling;
}

function useRules(
  stage: Stage,
  definition: TableDefinition,
  table: string,
  index: string | undefined,
): AlarmRule[] {
  const what = index === undefined ? `The table ${table}` : `The index ${index} of ${table}`;
  const ceiling = ceilingOf(stage, definition);
  const sum = (metric: string) =>
    tableMetric(table, index, { metric, statistic: 'Sum', seconds: PERIOD_SECONDS });
  const use = (kind: 'Read' | 'Write', most: number): AlarmRule => ({
    name: `${kind === 'Read' ? 'reads' : 'writes'}-warn`,
    says: `${what} has been used at ${100 * WARN_SHARE} % of ${most} ${kind.toLowerCase()} units a second for five minutes, more than this stage expects. Find out who; or raise alarms.ceiling.`,
    metric: sum(`Consumed${kind}CapacityUnits`),
    threshold: most * WARN_SHARE * PERIOD_SECONDS,
    periods: 5,
    silence: 'healthy',
  });
  return [
    use('Read', ceiling.read),
    use('Write', ceiling.write),
    {
      name: 'throttles-warn',
      says: `${what} has been throttled for five minutes: more than twice its highest use so far, one hot key, or a quota. Processors wait and try again; apps see errors.`,
      metric: together('throttled requests', PERIOD_SECONDS, {
        reads: sum('ReadThrottleEvents'),
        writes: sum('WriteThrottleEvents'),
      }),
      threshold: 1,
      periods: 5,
      silence: 'healthy',
    },
  ];
}

/** A query, because the metric is told apart by operation: one alarm hears of all of them, also of those that are yet to come. */
function systemErrors(table: string): AlarmRule {
  return {
    name: 'system-errors-warn',
    says: `DynamoDB itself has failed requests to ${table} for five minutes (HTTP 500). Processors try again; look at the AWS Health Dashboard.`,
    metric: new MathExpression({
      expression: `SELECT SUM(SystemErrors) FROM "AWS/DynamoDB" WHERE TableName = '${table}'`,
      usingMetrics: {},
      label: 'system errors',
      period: Duration.seconds(PERIOD_SECONDS),
    }),
    threshold: 1,
    periods: 5,
    silence: 'healthy',
  };
}
