/** What watches a stage as a whole: the topic its alarms report to, its dashboard, and the record of who used its tables. */
import { Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { DataTrail } from '../constructs/data-trail.ts';
import { addDashboard } from '../dashboard/dashboard.ts';
import type { Stage } from '../stages.ts';

export class OperationsStack extends Stack {
  /** After all other stacks: the dashboard shows the alarms that there are. */
  constructor(scope: Construct, stage: Stage) {
    super(scope, `streamkeeper-${stage.name}-operations`, {
      description: `Streamkeeper, stage ${stage.name}: alarms' topic, dashboard, trail`,
      terminationProtection: stage.deletionProtection,
      analyticsReporting: false,
    });
    Tags.of(this).add('streamkeeper:stage', stage.name);
    Tags.of(this).add('streamkeeper:system', 'operations');
    if (stage.alarms.topicArn === undefined) new AlarmTopic(this, 'Alarms', stage);
    addDashboard(this, stage);
    if (stage.trail) new DataTrail(this, 'Trail', stage);
  }
}
