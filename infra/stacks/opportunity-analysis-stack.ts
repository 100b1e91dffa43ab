/** The opportunity analysis: its three tables. */
import type { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { opportunityAnalysisTables } from '../tables/opportunity-analysis.ts';
import { SystemStack } from './system-stack.ts';

export class OpportunityAnalysisStack extends SystemStack<typeof opportunityAnalysisTables> {
  constructor(scope: Construct, stage: Stage) {
    super(scope, stage, 'opportunity-analysis', 'the opportunity analysis', opportunityAnalysisTables);
  }
}
