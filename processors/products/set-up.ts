/**
 * Runs once per deployment, before the stream is attached: index and alias are there when the first write comes, because no
 * write may create them. Harmless when they exist.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { readEnvironment, setting } from '../../shared/config/environment.ts';
import { executionIdentity } from '../../shared/lambda/execution-identity.ts';
import { createSearchClient, type SearchSigning } from '../../shared/search/client.ts';
import { ensureProductIndex, type IndexSetUpResult } from '../../shared/search/index-admin.ts';
import { waitForEngine } from '../../shared/search/wait-for-engine.ts';
import { systemClock } from '../../shared/time/clock.ts';

const settings = readEnvironment(
  z.object({
    SEARCH_ENDPOINT: z.url({ error: 'expected the URL of the search engine' }),
    SEARCH_ALIAS: setting('the alias that readers and writers use'),
    SEARCH_SIGNING: z.enum(['aws', 'none'], { error: 'expected aws (requests are signed) or none' }),
  }),
  process.env,
);

function signing(): SearchSigning {
  if (settings.SEARCH_SIGNING === 'none') return { signing: 'none' };
  const { region, credentials } = executionIdentity(process.env);
  return { signing: 'aws', region, credentials: async () => credentials };
}

const client = createSearchClient({ endpoint: settings.SEARCH_ENDPOINT, ...signing() });
const logger = new Logger();

/** Left for the last attempt to end and to be logged, ms. */
const RESERVE_MS = 25_000;

/** @returns what was found or made. A failure fails the deployment, with the reason in the function's log. */
export async function handler(_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) {
  const until = systemClock.now() + Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS);
  const setUp = { alias: settings.SEARCH_ALIAS, version: 'v1', replicas: 'auto' as const };
  const result = await waitForEngine(() => ensureProductIndex(client, setUp), { clock: systemClock, until });
  logResult(result);
  return result;
}

function logResult(result: IndexSetUpResult): void {
  const summary = { alias: settings.SEARCH_ALIAS, index: result.index, created: result.created };
  logger.info('search index is set up', summary);
  for (const warning of result.warnings) logger.warn('search index works with less', { warning });
}
