/** Which product of the search index a row of the products table stands for. Pure. */
import type { Operated } from '../../shared/operate/operated.ts';
import { DETAILS, productId } from './key.ts';

export const productsOperated: Operated = {
  processor: 'products',
  table: 'products',
  attributes: ['PK', 'SK'],
  keyForm: "a product's id",
  keysOf(row) {
    const id = row.SK === DETAILS ? productId({ keys: row }) : undefined;
    return id === undefined ? [] : [id];
  },
};
