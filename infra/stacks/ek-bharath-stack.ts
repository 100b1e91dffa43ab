/** Ek Bharath Ek Mandi: its seven tables, and the search index that follows the products. */
import type { Construct } from 'constructs';
import { SearchDomain } from '../constructs/search-domain.ts';
import { SearchSetUp } from '../constructs/search-set-up.ts';
import { StreamProcessor } from '../constructs/stream-processor.ts';
import type { Stage } from '../stages.ts';
import { ekBharathTables } from '../tables/ek-bharath.ts';
import { SystemStack } from './system-stack.ts';

export class EkBharathStack extends SystemStack<typeof ekBharathTables> {
  constructor(scope: Construct, stage: Stage) {
    super(scope, stage, 'ek-bharath', 'Ek Bharath Ek Mandi', ekBharathTables);
    this.followProducts();
  }

  /**
   * No filter: rows PRICING and IMAGES have no effect on the index either way, but a filter would count them without saying
   * why, and would have to be repeated wherever records come from elsewhere. The processor ignores them by rule, with a metric.
   */
  private followProducts(): void {
    const { stage } = this;
    const table = this.tables.products;
    const search = new SearchDomain(this, 'Search', { stage, alias: 'products' });
    const products = new StreamProcessor(this, 'Products', {
      stage,
      name: 'products',
      table,
      environment: { PRODUCTS_TABLE: table.tableName, ...search.environment },
    });
    search.admit(products.role, ['Get', 'Post', 'Put']);
    products.startsAfter(new SearchSetUp(this, 'ProductsIndex', { stage, name: 'products', search }));
  }
}
