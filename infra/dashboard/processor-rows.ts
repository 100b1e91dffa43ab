/** One row per processor, as a record travels: how late, what became of it, how the function fared, what is left in letters. */
import type { IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import {
  claimMetric,
  deliveryLatency,
  functionMetric,
  isClaimant,
  isNotifier,
  lettersMetric,
  ownMetric,
  queueMetric,
} from '../constructs/metrics.ts';
import type { Stage } from '../stages.ts';
import { graph } from './graph.ts';

/** What `shared/telemetry/batch-report.ts` publishes for every record, once. */
const OUTCOMES = ['Applied', 'Duplicate', 'Superseded', 'Gone', 'Ignored', 'Poison', 'Transient'] as const;

export function processorRow(stage: Stage, name: string): IWidget[] {
  const ofFunction = (metric: string, statistic: 'Sum' | 'Maximum') =>
    functionMetric(stage, name, { metric, statistic, label: metric });
  return [
    graph({
      title: `${name}: lag, ms`,
      left: [ofFunction('IteratorAge', 'Maximum')],
      ...(isNotifier(name)
        ? { right: [deliveryLatency(name, 'inbox'), deliveryLatency(name, 'session')] }
        : {}),
      lines: [{ value: 1_800_000, label: 'warns' }],
      width: 6,
    }),
    graph({
      title: `${name}: records, by outcome`,
      left: OUTCOMES.map((outcome) =>
        ownMetric(name, { metric: `Records${outcome}`, statistic: 'Sum', label: outcome.toLowerCase() }),
      ),
      stacked: true,
      width: 6,
    }),
    graph({
      title: `${name}: failures; duration, ms`,
      left: [ofFunction('Errors', 'Sum'), ofFunction('Throttles', 'Sum'), ...claims(name)],
      right: [ofFunction('Duration', 'Maximum')],
      width: 6,
    }),
    graph({
      title: `${name}: letters; age, s`,
      left: [lettersMetric(stage, name, 'Maximum', 300)],
      right: [
        queueMetric(stage, name, {
          metric: 'ApproximateAgeOfOldestMessage',
          statistic: 'Maximum',
          label: 'age',
        }),
      ],
      width: 6,
    }),
  ];
}

function claims(name: string): IMetric[] {
  if (!isClaimant(name)) return [];
  return [claimMetric(name, 'waited'), claimMetric(name, 'taken-over'), claimMetric(name, 'unrecorded')];
}
