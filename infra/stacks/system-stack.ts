/** What the stacks of all systems share: their names, their tags, and their tables. */
import { Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TableAlarms } from '../constructs/table-alarms.ts';
import { buildTables, type SystemTable } from '../constructs/tables.ts';
import type { Stage } from '../stages.ts';
import type { TableDefinitions } from '../tables/definition.ts';

export class SystemStack<Definitions extends TableDefinitions> extends Stack {
  readonly stage: Stage;
  readonly tables: { readonly [Name in keyof Definitions]: SystemTable };

  /** `system`: lower case with dashes; the stack is `streamkeeper-<stage>-<system>`. */
  constructor(scope: Construct, stage: Stage, system: string, title: string, definitions: Definitions) {
    super(scope, `streamkeeper-${stage.name}-${system}`, {
      description: `Streamkeeper, stage ${stage.name}: ${title}`,
      // A production stack is not deleted by accident; its data would stay, its processors would not.
      terminationProtection: stage.deletionProtection,
      analyticsReporting: false,
    });
    this.stage = stage;
    Tags.of(this).add('streamkeeper:stage', stage.name);
    Tags.of(this).add('streamkeeper:system', system);
    this.tables = buildTables(this, stage, definitions);
    new TableAlarms(this, 'TableAlarms', stage, definitions);
  }
}
