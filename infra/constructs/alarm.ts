/**
 * How alarms are made here. Names end in `-warn` (look today) or `-page` (get up): a page means that something is lost, or
 * will be unless somebody acts.
 */
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { alarmTopicArn } from './alarm-topic.ts';
import { pascalCase } from './output.ts';

export interface AlarmRule {
  readonly name: `${string}-${'warn' | 'page'}`;
  /** What it means and what to do, for whoever is woken by it. */
  readonly says: string;
  readonly metric: IMetric | Metric;
  /** Fires at this value and above, or, for `below`, under it. */
  readonly threshold: number;
  readonly below?: true;
  /** How many periods in a row. */
  readonly periods: number;
  /** Whether no data is as bad as bad data. */
  readonly silence: 'healthy' | 'bad';
}

/** @param name of what is watched: the alarms are `streamkeeper-<stage>-<name>-<rule>`, and report to the stage's topic */
export function addAlarms(scope: Construct, stage: Stage, name: string, rules: readonly AlarmRule[]): void {
  const action = new SnsAction(Topic.fromTopicArn(scope, 'AlarmTopic', alarmTopicArn(scope, stage)));
  for (const rule of rules) {
    if (stage.emulator?.alarms === 'of-one-metric' && rule.metric instanceof MathExpression) continue;
    const alarm = new Alarm(scope, `${pascalCase(rule.name)}Alarm`, {
      alarmName: `streamkeeper-${stage.name}-${name}-${rule.name}`,
      alarmDescription: rule.says,
      metric: rule.metric,
      threshold: rule.threshold,
      comparisonOperator: rule.below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: rule.periods,
      treatMissingData: rule.silence === 'bad' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}
