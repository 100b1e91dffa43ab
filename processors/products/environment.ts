/** The settings of the products function, and of the one that has the query cache forget. */
import * as z from 'zod/mini';
import { redisSettings } from '../../shared/cache/settings.ts';
import { setting } from '../../shared/config/environment.ts';
import { streamSettings } from '../../shared/config/stream-settings.ts';

export const productsEnvironment = z.object({
  PRODUCTS_TABLE: setting('the name of the products table'),
  SEARCH_ENDPOINT: z.url({ error: 'expected the URL of the search engine' }),
  SEARCH_ALIAS: setting('the alias that documents are written to'),
  SEARCH_SIGNING: z.enum(['aws', 'none'], { error: 'expected aws (requests are signed) or none' }),
  /** Left out: there is no query cache. */
  FORGET_QUERIES_FUNCTION: z.optional(setting('the name of the function that has the query cache forget')),
  ...streamSettings,
  AWS_REGION: setting('the region, which Lambda sets'),
});

export const forgetQueriesEnvironment = z.object({
  ...redisSettings,
  AWS_REGION: setting('the region, which Lambda sets'),
});
