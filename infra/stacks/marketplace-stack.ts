/** The home-services marketplace: its six tables. */
import type { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { marketplaceTables } from '../tables/marketplace.ts';
import { SystemStack } from './system-stack.ts';

export class MarketplaceStack extends SystemStack<typeof marketplaceTables> {
  constructor(scope: Construct, stage: Stage) {
    super(scope, stage, 'marketplace', 'the home-services marketplace', marketplaceTables);
  }
}
