/** Products follow into the search index: made, changed, removed. */
import { searchProducts } from '../../../shared/search/product-search.ts';
import { productImage, productKeys } from '../../support/record.ts';
import type { Deployed } from '../deployed.ts';
import type { Ledger } from '../ledger.ts';
import { seen } from '../wait.ts';

export async function proveProducts(ledger: Ledger, stage: Deployed): Promise<void> {
  const { clock } = stage;
  const table = stage.table('ek-bharath', 'products');
  const alias = stage.facts.search?.alias ?? '';
  const page = async () => {
    await stage.search.indices.refresh({ index: alias });
    return searchProducts(stage.search, alias, { text: 'टमाटर' });
  };
  await ledger.prove('products', 'a new product is found by its Hindi title', async () => {
    await stage.put(table, productImage('tomato'));
    const { total } = await seen(clock, 'the document', async () => {
      const found = await page();
      return found.total === 1 && found;
    });
    return `${total} found in ${alias}`;
  });
  await ledger.prove('products', 'a changed price is the document’s', async () => {
    await stage.put(
      table,
      productImage('tomato', { pricing: { M: { retail: { M: { price: { N: '31' } } } } } }),
    );
    const price = await seen(clock, 'the new price', async () => {
      const [product] = (await page()).products;
      return product?.retailPrice === 31 && product.retailPrice;
    });
    return `₹${price}`;
  });
  await ledger.prove('products', 'a removed product is found no more', async () => {
    await stage.remove(table, productKeys('tomato'));
    await seen(clock, 'its absence', async () => (await page()).total === 0);
    return '0 found';
  });
}
