/** One alarm for every way in which records wait, fail or are lost, and one place they all report to. */
import type { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { type Stage, stageOf } from '../stages.ts';
import { resource, resources, streamedTable, templateOf } from '../testing.ts';
import { inWords } from '../testing-rights.ts';
import { processorRules } from './processor-alarms.ts';
import { StreamProcessor } from './stream-processor.ts';

const HOUR_MS = 3_600_000;

function alarmsOf(stage: Stage): Template {
  return templateOf((stack) => {
    new StreamProcessor(stack, 'Products', { stage, name: 'products', table: streamedTable(stack) });
  });
}

const template = alarmsOf(stageOf('dev'));

function alarm(name: string): Readonly<Record<string, unknown>> {
  const alarms = Object.values(resources(template, 'AWS::CloudWatch::Alarm'));
  const found = alarms.find((a) => a.Properties['AlarmName'] === `streamkeeper-dev-products-${name}`);
  if (!found) throw new Error(`no alarm ${name}`);
  return found.Properties;
}

test.each<[string, string, string, number]>([
  ['iterator-age-warn', 'AWS/Lambda', 'IteratorAge', HOUR_MS / 2],
  ['iterator-age-page', 'AWS/Lambda', 'IteratorAge', 3 * HOUR_MS],
  ['dead-letter-age-page', 'AWS/SQS', 'ApproximateAgeOfOldestMessage', 4 * 24 * 3600],
  ['errors-warn', 'AWS/Lambda', 'Errors', 1],
  ['throttles-warn', 'AWS/Lambda', 'Throttles', 1],
  ['duration-warn', 'AWS/Lambda', 'Duration', 57_000],
  ['destination-page', 'AWS/Lambda', 'DestinationDeliveryFailures', 1],
  ['dropped-events-page', 'AWS/Lambda', 'DroppedEventCount', 1],
  ['unsettled-warn', 'Streamkeeper', 'RecordsTransient', 1],
])('%s fires on %s %s from %d, and silence is health', (name, namespace, metric, threshold) => {
  expect(alarm(name)).toMatchObject({
    Namespace: namespace,
    MetricName: metric,
    Threshold: threshold,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
});

/** The metrics an alarm adds up, and the statistic of each. */
function sums(properties: Readonly<Record<string, unknown>>): string[] {
  const parts = properties['Metrics'] as { MetricStat?: { Metric: { MetricName: string }; Stat: string } }[];
  return parts
    .flatMap(({ MetricStat: part }) => (part ? [`${part.Stat} ${part.Metric.MetricName}`] : []))
    .sort();
}

test('letters are counted whether somebody holds them or not, and four days of them without a pause page', () => {
  const messages = (statistic: string) => [
    `${statistic} ApproximateNumberOfMessagesNotVisible`,
    `${statistic} ApproximateNumberOfMessagesVisible`,
  ];
  expect(alarm('dead-letters-warn')).toMatchObject({ Threshold: 1, EvaluationPeriods: 1 });
  expect(sums(alarm('dead-letters-warn'))).toEqual(messages('Maximum'));
  expect(alarm('dead-letters-left-page')).toMatchObject({ Threshold: 1, EvaluationPeriods: 96 });
  expect(sums(alarm('dead-letters-left-page'))).toEqual(messages('Minimum'));
});

test('who sends messages is watched for claims that went wrong and for lateness, and no other processor', () => {
  const rulesOf = (name: string) => processorRules(stageOf('dev'), name).map((rule) => rule.name);
  for (const name of ['bids', 'conversations']) {
    expect(rulesOf(name)).toEqual(
      expect.arrayContaining(['idempotency-conflicts-warn', 'delivery-latency-warn']),
    );
  }
  expect(rulesOf('bookings')).toContain('idempotency-conflicts-warn');
  for (const name of ['products', 'analysis-results', 'analytics']) {
    expect(rulesOf(name).filter((rule) => /idempotency|delivery/.test(rule))).toEqual([]);
  }
});

test('a mapping that does not poll is silent, and silence is then an alarm', () => {
  expect(alarm('not-polling-page')).toMatchObject({
    MetricName: 'PolledEventCount',
    Statistic: 'SampleCount',
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
});

test('the page for lag leaves half of the tolerated outage and most of the stream to act in', () => {
  expect(alarm('iterator-age-page')['Threshold']).toBeLessThanOrEqual(3 * HOUR_MS);
});

test("the mapping's metrics are asked for by its id", () => {
  const mapping = resource(template, 'AWS::Lambda::EventSourceMapping');
  expect(alarm('dropped-events-page')['Dimensions']).toEqual([
    { Name: 'EventSourceMappingUUID', Value: { Ref: mapping.id } },
  ]);
});

test('alarms report when they fire and when they are over: to the topic of the stage, or to the one it names', () => {
  const topic = 'arn:aws:sns:eu-west-1:111122223333:alarms';
  const own = 'arn:aws:sns:REGION:ACCOUNT:streamkeeper-dev-alarms';
  for (const { Properties } of Object.values(resources(template, 'AWS::CloudWatch::Alarm'))) {
    expect(inWords(template, (Properties['AlarmActions'] as unknown[])[0])).toBe(own);
    expect(Properties['OKActions']).toEqual(Properties['AlarmActions']);
  }
  const dev = stageOf('dev');
  const told = alarmsOf({ ...dev, alarms: { ...dev.alarms, topicArn: topic } });
  for (const { Properties } of Object.values(resources(told, 'AWS::CloudWatch::Alarm'))) {
    expect(Properties).toMatchObject({ AlarmActions: [topic], OKActions: [topic] });
  }
});

test('every alarm says what it means and what to do', () => {
  for (const { Properties } of Object.values(resources(template, 'AWS::CloudWatch::Alarm'))) {
    expect(String(Properties['AlarmDescription']).length).toBeGreaterThan(40);
  }
});
