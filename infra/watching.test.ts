/** What is watched in every stage: each table and index, the domain, one topic for all alarms, one page that shows them all. */
import { describe, expect, test } from 'vitest';
import { PROCESSOR_NAMES } from './settings/streams.ts';
import { ALL_TABLES } from './settings/tables.ts';
import { type Stage, stageOf } from './stages.ts';
import { tableName } from './tables/definition.ts';
import { type Resource, resource, resources, type StackName, templatesOf } from './testing.ts';
import { inWords } from './testing-rights.ts';

type Templates = ReturnType<typeof templatesOf>;

function alarms(templates: Templates): Resource[] {
  const systems = Object.keys(templates) as StackName[];
  return systems.flatMap((system) => Object.values(resources(templates[system], 'AWS::CloudWatch::Alarm')));
}

const namesOf = (found: readonly Resource[]) =>
  found.map(({ Properties }) => String(Properties['AlarmName']));

const text = (value: unknown) => JSON.stringify(value);

describe.each(['dev', 'staging', 'prod'])('in stage %s', (name) => {
  const stage = stageOf(name);
  const templates = templatesOf(name);
  const all = alarms(templates);

  test('every table and every index has alarms on throttles and on use, every table on system errors', () => {
    for (const definition of ALL_TABLES) {
      const table = tableName(definition, stage);
      for (const index of [undefined, ...Object.keys(definition.indexes)]) {
        const own = all.filter(({ Properties }) => {
          const said = text([Properties['Dimensions'], Properties['Metrics']]);
          return (
            said.includes(`"${table}"`) &&
            said.includes('GlobalSecondaryIndexName') === (index !== undefined) &&
            (index === undefined || said.includes(`"${index}"`))
          );
        });
        for (const metric of [
          'ReadThrottleEvents',
          'WriteThrottleEvents',
          'ConsumedReadCapacityUnits',
          'ConsumedWriteCapacityUnits',
        ]) {
          expect([table, index, metric, own.filter((alarm) => text(alarm).includes(metric)).length]).toEqual([
            table,
            index,
            metric,
            1,
          ]);
        }
      }
      const failing = all.filter((alarm) =>
        text(alarm).includes(`SUM(SystemErrors) FROM \\"AWS/DynamoDB\\" WHERE TableName = '${table}'`),
      );
      expect(failing).toHaveLength(1);
    }
  });

  test('use warns at four fifths of the ceiling', () => {
    const [first] = all.filter(({ Properties }) => Properties['MetricName'] === 'ConsumedReadCapacityUnits');
    expect(first?.Properties).toMatchObject({ Threshold: stage.alarms.ceiling.read * 0.8 * 60, Period: 60 });
  });

  test('every alarm has a name of its own that says who looks at it, and reports to one topic', () => {
    const names = namesOf(all);
    expect(new Set(names).size).toBe(names.length);
    for (const alarm of names) expect(alarm).toMatch(new RegExp(`^streamkeeper-${name}-.*-(warn|page)$`));
    const actions = all.map((alarm) => text(alarm.Properties['AlarmActions']));
    expect(new Set(actions).size).toBe(1);
  });

  test('the topic is there, and CloudWatch may publish to it for alarms of this stage alone', () => {
    const topic = resource(templates.operations, 'AWS::SNS::Topic');
    expect(topic.Properties['TopicName']).toBe(`streamkeeper-${name}-alarms`);
    const policies = text(resource(templates.operations, 'AWS::SNS::TopicPolicy').Properties);
    expect(policies).toContain('cloudwatch.amazonaws.com');
    expect(policies).toContain(`alarm:streamkeeper-${name}-*`);
  });

  test('the dashboard shows every alarm, every processor, every table and every index', () => {
    const { DashboardBody: body } = resource(templates.operations, 'AWS::CloudWatch::Dashboard').Properties;
    const page = inWords(templates.operations, body);
    const { widgets } = JSON.parse(page) as {
      widgets: { type: string; properties: { alarms?: string[] } }[];
    };
    const shown = widgets.flatMap(({ properties }) => properties.alarms ?? []);
    expect(shown.map((arn) => arn.split(':').at(-1)).sort()).toEqual(namesOf(all).sort());
    for (const { properties } of widgets) expect(properties.alarms?.length ?? 0).toBeLessThanOrEqual(100);
    for (const processor of PROCESSOR_NAMES) expect(page).toContain(`streamkeeper-${name}-${processor}`);
    for (const index of ['UserIndex', 'providerReviews-index', 'bookingReviews-index']) {
      expect(page).toMatch(new RegExp(`"IndexQueryLatency"[^\\]]*"${index}"`));
    }
    for (const definition of ALL_TABLES) {
      expect(page).toContain(`"${tableName(definition, stage)}"`);
      for (const index of Object.keys(definition.indexes)) expect(page).toContain(`"${index}"`);
    }
  });
});

test('access to all tables is recorded in prod, and elsewhere if the stage says so', () => {
  expect(resources(templatesOf('dev').operations, 'AWS::CloudTrail::Trail')).toEqual({});
  const { operations } = templatesOf('prod');
  const trail = resource(operations, 'AWS::CloudTrail::Trail').Properties;
  expect(trail).toMatchObject({ IsLogging: true, EnableLogFileValidation: true });
  const [ofTables] = trail['AdvancedEventSelectors'] as {
    FieldSelectors: { Field: string; Equals?: unknown[] }[];
  }[];
  const arns = ofTables?.FieldSelectors.find(({ Field }) => Field === 'resources.ARN')?.Equals ?? [];
  const prod = stageOf('prod');
  expect(arns.map((arn) => inWords(operations, arn)).sort()).toEqual(
    ALL_TABLES.map((table) => `arn:aws:dynamodb:REGION:ACCOUNT:table/${tableName(table, prod)}`).sort(),
  );
});

test('a topic of the account is used instead of one of our own; without it, mails go to whom the stage names', () => {
  const dev = stageOf('dev');
  const withAlarms = (alarmSettings: Partial<Stage['alarms']>) =>
    templatesOf({ ...dev, alarms: { ...dev.alarms, ...alarmSettings } });
  const topicArn = 'arn:aws:sns:eu-west-1:111122223333:alarms';
  const named = withAlarms({ topicArn });
  expect(resources(named.operations, 'AWS::SNS::Topic')).toEqual({});
  for (const { Properties } of alarms(named)) expect(Properties['AlarmActions']).toEqual([topicArn]);
  const mailed = withAlarms({ emails: ['ops@example.com', 'lead@example.com'] });
  const subscriptions = Object.values(resources(mailed.operations, 'AWS::SNS::Subscription'));
  expect(subscriptions.map(({ Properties }) => [Properties['Protocol'], Properties['Endpoint']])).toEqual([
    ['email', 'ops@example.com'],
    ['email', 'lead@example.com'],
  ]);
});

test('a table that is expected to be used otherwise has a ceiling of its own, with its indexes', () => {
  const dev = stageOf('dev');
  const name = 'ek-bharath-user-sessions';
  const ceilings = { [name]: { read: 50, write: 70 } };
  const warned = (metric: string) =>
    alarms(templatesOf({ ...dev, alarms: { ...dev.alarms, ceilings } }))
      .map(({ Properties }) => Properties)
      .filter(({ MetricName }) => MetricName === metric)
      .map(({ Threshold, Dimensions }) => [text(Dimensions).includes(`"${name}"`), Threshold]);
  for (const [metric, own, others] of [
    ['ConsumedReadCapacityUnits', 50, dev.alarms.ceiling.read],
    ['ConsumedWriteCapacityUnits', 70, dev.alarms.ceiling.write],
  ] as const) {
    const found = warned(metric);
    expect(found.filter(([isOwn]) => isOwn).length).toBeGreaterThan(1);
    for (const [isOwn, threshold] of found) expect(threshold).toBe((isOwn ? own : others) * 0.8 * 60);
  }
});

test("tables' alarms can be left out, because they are paid for one by one", () => {
  const dev = stageOf('dev');
  const names = namesOf(alarms(templatesOf({ ...dev, alarms: { ...dev.alarms, tables: false } })));
  expect(names.filter((name) => name.startsWith('streamkeeper-dev-table-'))).toEqual([]);
});
