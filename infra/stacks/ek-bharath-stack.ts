/**
 * Ek Bharath Ek Mandi: its seven tables, the search index that follows the products, and the notifications that follow bids
 * and conversations.
 */

import type { Construct } from 'constructs';
import { conversationsFilters } from '../../processors/conversations/filters.ts';
import { Connections } from '../constructs/connections.ts';
import { QueryCache } from '../constructs/query-cache.ts';
import { mayClaim, mayReadItems, maySelectFromIndex, mayUseItems, tableArnOf } from '../constructs/rights.ts';
import { SearchDomain } from '../constructs/search-domain.ts';
import { SearchSetUp } from '../constructs/search-set-up.ts';
import { StreamProcessor } from '../constructs/stream-processor.ts';
import { WebSocketApi } from '../constructs/web-socket-api.ts';
import type { Stage } from '../stages.ts';
import { tableName } from '../tables/definition.ts';
import { ekBharathTables } from '../tables/ek-bharath.ts';
import { marketplaceTables } from '../tables/marketplace.ts';
import { SystemStack } from './system-stack.ts';

export class EkBharathStack extends SystemStack<typeof ekBharathTables> {
  constructor(scope: Construct, stage: Stage) {
    super(scope, stage, 'ek-bharath', 'Ek Bharath Ek Mandi', ekBharathTables);
    this.followProducts();
    const { bids, conversations, userSessions: sessions, users } = this.tables;
    sessions.mustExpire();
    const api = new WebSocketApi(this, 'WebSocket', stage);
    new Connections(this, 'Connections', { stage, api, sessions, users });
    const notifier = this.notifier(api);
    new StreamProcessor(this, 'Bids', { stage, name: 'bids', table: bids, ...notifier });
    new StreamProcessor(this, 'Conversations', {
      stage,
      name: 'conversations',
      table: conversations,
      ...notifier,
      mapping: { FilterCriteria: { Filters: conversationsFilters } },
    });
  }

  /**
   * No filter: rows PRICING and IMAGES have no effect on the index either way, but a filter would count them without saying
   * why, and would have to be repeated wherever records come from elsewhere. The processor ignores them by rule, with a metric.
   */
  private followProducts(): void {
    const { stage } = this;
    const table = this.tables.products;
    const search = new SearchDomain(this, 'Search', { stage, alias: 'products' });
    const { queryCache: settings } = stage.search;
    const queries = settings && new QueryCache(this, 'ProductQueries', { stage, settings, name: 'products' });
    const products = new StreamProcessor(this, 'Products', {
      stage,
      name: 'products',
      table,
      rights: [mayReadItems(table)],
      environment: { PRODUCTS_TABLE: table.tableName, ...search.environment, ...queries?.environment },
    });
    search.admit(products.role, ['Get', 'Post', 'Put']);
    queries?.admit(products.role);
    products.startsAfter(new SearchSetUp(this, 'ProductsIndex', { stage, name: 'products', search }));
  }

  /** What a processor needs that sends notifications: see `shared/notifications/settings.ts`. */
  private notifier(api: WebSocketApi) {
    const { userSessions: sessions, users } = this.tables;
    // One table for the claims of all systems, the marketplace's as it is.
    const claims = tableName(marketplaceTables.idempotency, this.stage);
    return {
      environment: {
        SESSIONS_TABLE: sessions.tableName,
        USERS_TABLE: users.tableName,
        IDEMPOTENCY_TABLE: claims,
        ...api.environment,
      },
      rights: [
        maySelectFromIndex(sessions, 'UserIndex'),
        mayUseItems(sessions.tableArn, 'NOTIFICATION#', 'PartiQLInsert', 'Query'),
        mayUseItems(sessions.tableArn, 'SESSION#', 'DeleteItem'),
        mayReadItems(users),
        mayClaim(tableArnOf(this, claims)),
        api.mayManageConnections('POST'),
      ],
    };
  }
}
