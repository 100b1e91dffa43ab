/** Mediphant: its one table. */
import type { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { mediphantTables } from '../tables/mediphant.ts';
import { SystemStack } from './system-stack.ts';

export class MediphantStack extends SystemStack<typeof mediphantTables> {
  constructor(scope: Construct, stage: Stage) {
    super(scope, stage, 'mediphant', 'Mediphant', mediphantTables);
  }
}
