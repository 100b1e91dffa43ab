/** The products function, with the real client, on the embedded search engine. */
import { Client } from '@opensearch-project/opensearch';
import { inProcessConnection } from '../../../local/search-engine/index.ts';
import { productsProcessor } from '../../../processors/products/processor.ts';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import { ALIAS, productIndex } from '../../support/product-index.ts';
import { productImage, productKeys, streamRecord } from '../../support/record.ts';
import { handlerSuite } from './handler-law.ts';

const samples = [
  streamRecord(),
  streamRecord({ eventName: 'MODIFY', seq: '200000000000000000001' }),
  streamRecord({ eventName: 'REMOVE', seq: '300000000000000000001' }),
  streamRecord({ keys: productKeys('p2'), newImage: productImage('p2'), seq: '400000000000000000001' }),
  streamRecord({ keys: productKeys('p1', 'PRICING'), newImage: {}, seq: '500000000000000000001' }),
];

export const productsFuzz = handlerSuite({
  name: 'products',
  samples,
  make(clock) {
    const index = productIndex(clock);
    const client = new Client({
      node: 'http://embedded',
      maxRetries: 0,
      Connection: inProcessConnection(index.engine),
    });
    const item = decodeImage(productImage('p1'));
    const readItems = async (keys: readonly { readonly PK?: string }[]) =>
      keys.map(({ PK }) => (PK === 'PRODUCT#p1' ? item : undefined));
    return { processor: productsProcessor({ client, alias: ALIAS, readItems }), close: () => index.close() };
  },
});
