/**
 * One page per stage for whoever was woken: what is wrong, then every processor from its stream to its letters, then the stores,
 * then the tables. 24 columns; a row is read from left to right as a record travels.
 */
import { Dashboard, type IWidget, PeriodOverride, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { PROCESSOR_NAMES } from '../settings/streams.ts';
import type { Stage } from '../stages.ts';
import { alarmRows, tableAlarmRows } from './alarm-rows.ts';
import { processorRow } from './processor-rows.ts';
import { storeRows } from './store-rows.ts';
import { tableRows } from './table-rows.ts';

export function dashboardName(stage: Stage): string {
  return `streamkeeper-${stage.name}`;
}

export function addDashboard(scope: Construct, stage: Stage): void {
  const dashboard = new Dashboard(scope, 'Dashboard', {
    dashboardName: dashboardName(stage),
    periodOverride: PeriodOverride.INHERIT,
    start: '-PT12H',
  });
  const rows: IWidget[][] = [
    [heading(`# Streamkeeper, stage ${stage.name}`)],
    ...alarmRows(scope, stage),
    [heading('## Processors: lag → outcomes → function → letters')],
    ...PROCESSOR_NAMES.map((name) => processorRow(stage, name)),
    [heading('## Stores')],
    ...storeRows(stage),
    [heading('## Tables: throttles → use against the ceiling → latency')],
    ...tableAlarmRows(scope, stage),
    ...tableRows(stage),
  ];
  for (const row of rows) dashboard.addWidgets(...row);
}

function heading(markdown: string): IWidget {
  return new TextWidget({ markdown, width: 24, height: 1 });
}
