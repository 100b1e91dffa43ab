/** The settings of the products function. */
import * as z from 'zod/mini';
import { setting } from '../../shared/config/environment.ts';

export const productsEnvironment = z.object({
  PRODUCTS_TABLE: setting('the name of the products table'),
  SEARCH_ENDPOINT: z.url({ error: 'expected the URL of the search engine' }),
  SEARCH_ALIAS: setting('the alias that documents are written to'),
  SEARCH_SIGNING: z.enum(['aws', 'none'], { error: 'expected aws (requests are signed) or none' }),
  DEAD_LETTER_QUEUE_URL: z.url({ error: 'expected the URL of the dead-letter queue' }),
  FAILURE_BUCKET: setting('the name of the failure bucket'),
  AWS_REGION: setting('the region, which Lambda sets'),
});
