/** What is wrong: the alarms that page and those that warn, first of all; those of tables beside the tables. */
import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { Alarm, AlarmStatusWidget, CfnAlarm, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Stage } from '../stages.ts';

/** An alarm widget takes no more (CloudWatch API, "Dashboard body structure"). */
const MOST = 100;

export function alarmRows(scope: Construct, stage: Stage): IWidget[][] {
  const names = alarmNames(scope).filter((name) => !isOfTable(stage, name));
  const ending = (ending: string) => names.filter((name) => name.endsWith(ending));
  return [
    ...widgets(scope, 'Get up: something is lost, or will be', ending('-page')),
    ...widgets(scope, 'Look today', ending('-warn')),
  ];
}

export function tableAlarmRows(scope: Construct, stage: Stage): IWidget[][] {
  const names = alarmNames(scope).filter((name) => isOfTable(stage, name));
  return widgets(scope, 'Tables: look today', names);
}

function isOfTable(stage: Stage, name: string): boolean {
  return name.startsWith(`streamkeeper-${stage.name}-table-`);
}

/** Of the whole app, by their names: a reference would tie the stacks together. */
function alarmNames(scope: Construct): string[] {
  return scope.node.root.node
    .findAll()
    .flatMap((node) => (node instanceof CfnAlarm && node.alarmName !== undefined ? [node.alarmName] : []))
    .sort();
}

function widgets(scope: Construct, title: string, names: readonly string[]): IWidget[][] {
  const parts = Array.from({ length: Math.ceil(names.length / MOST) }, (_, index) =>
    names.slice(index * MOST, (index + 1) * MOST),
  );
  return parts.map((part, index) => [
    new AlarmStatusWidget({
      title: parts.length === 1 ? title : `${title} (${index + 1} of ${parts.length})`,
      alarms: part.map((name) => Alarm.fromAlarmArn(scope, `On dashboard: ${name}`, alarmArn(scope, name))),
      width: 24,
      // Four beside each other, a line each.
      height: Math.min(12, 1 + Math.ceil(part.length / 4)),
    }),
  ]);
}

function alarmArn(scope: Construct, name: string): string {
  const parts = { service: 'cloudwatch', resource: 'alarm', resourceName: name };
  return Arn.format({ ...parts, arnFormat: ArnFormat.COLON_RESOURCE_NAME }, Stack.of(scope));
}
