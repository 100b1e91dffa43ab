/** The opportunity analysis: its three tables, the cache that follows the results, and metrics of sessions and history. */
import type { Construct } from 'constructs';
import { PROJECTION_ACL } from '../../shared/cache/projection/acl.ts';
import { CacheCluster } from '../constructs/cache-cluster.ts';
import { BIG_LETTERS_PREFIX } from '../constructs/dead-letters.ts';
import { IsolatedNetwork } from '../constructs/isolated-network.ts';
import { output } from '../constructs/output.ts';
import { mayReadItems } from '../constructs/rights.ts';
import { StreamProcessor } from '../constructs/stream-processor.ts';
import type { Stage } from '../stages.ts';
import { opportunityAnalysisTables } from '../tables/opportunity-analysis.ts';
import { SystemStack } from './system-stack.ts';

export class OpportunityAnalysisStack extends SystemStack<typeof opportunityAnalysisTables> {
  constructor(scope: Construct, stage: Stage) {
    super(scope, stage, 'opportunity-analysis', 'the opportunity analysis', opportunityAnalysisTables);
    this.followResults();
    // Calls nothing but its dead-letter queue. One function for both streams: a record's key says which table it is of.
    const { sessions, history } = this.tables;
    new StreamProcessor(this, 'Analytics', {
      stage,
      name: 'analytics',
      table: sessions,
      alsoFollows: { history },
    });
  }

  private followResults(): void {
    const { stage } = this;
    const table = this.tables.results;
    const network = new IsolatedNetwork(this, 'Network', { stage, zones: stage.cache.zones });
    const cache = new CacheCluster(this, 'Cache', {
      stage,
      settings: stage.cache,
      network,
      holds: 'Analysis results',
      // Otherwise memory is made by dropping keys: versions too, and with them the knowledge that a state is stale.
      evicts: 'noeviction',
      user: 'analysis-results',
      may: PROJECTION_ACL,
    });
    const results = new StreamProcessor(this, 'AnalysisResults', {
      stage,
      name: 'analysis-results',
      table,
      rights: [mayReadItems(table)],
      environment: { ANALYSIS_RESULTS_TABLE: table.tableName, ...cache.environment },
      network: network.function,
    });
    cache.admit(results.role);
    output(this, 'CacheUrl', cache.url, 'URL of the cache, for what runs in its network');
    const { bucket, queue } = results.letters;
    results.startsAfter(
      network.addGatewayEndpoint('dynamodb', ['dynamodb:BatchGetItem'], [table.tableArn]),
      network.addGatewayEndpoint('s3', ['s3:PutObject'], [bucket.arnForObjects(`${BIG_LETTERS_PREFIX}*`)]),
      network.addInterfaceEndpoint('sqs', ['sqs:SendMessage'], [queue.queueArn]),
    );
  }
}
