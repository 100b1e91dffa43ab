/**
 * Runs once per deployment, before the stream is attached: index and alias are there when the first write comes, because no
 * write may create them. Harmless when they exist. Asked by an operator, it takes the steps of a rebuild.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { readEnvironment, setting } from '../../shared/config/environment.ts';
import { executionIdentity } from '../../shared/lambda/execution-identity.ts';
import { createSearchClient, type SearchSigning } from '../../shared/search/client.ts';
import { IndexSetUpError } from '../../shared/search/engine-error.ts';
import { ensureProductIndex, type IndexSetUpResult } from '../../shared/search/index-admin.ts';
import { describeIndex } from '../../shared/search/rebuild-index.ts';
import { waitForEngine } from '../../shared/search/wait-for-engine.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { indexRequest, takeStep } from './index-request.ts';
import { SET_UP_RESERVE_MS } from './times.ts';

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

/**
 * @returns what was found or made; for `{"index": {"action": …}}` the state of the index after that step. A failure fails the
 *   deployment, with the reason in the function's log.
 */
export async function handler(event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) {
  const asked = indexRequest(event);
  return asked === undefined
    ? setUp(context)
    : takeStep(client, settings.SEARCH_ALIAS, asked, systemClock.now());
}

async function setUp(context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<IndexSetUpResult> {
  const until = systemClock.now() + Math.max(0, context.getRemainingTimeInMillis() - SET_UP_RESERVE_MS);
  const result = await waitForEngine(ensureOrWarn, { clock: systemClock, until });
  logResult(result);
  return result;
}

/**
 * A mapping that the index cannot follow must not hold up the deployment: only what is deployed can prepare the next index. Until that
 * is in use, documents that need the new mapping are refused, and are dead letters.
 */
async function ensureOrWarn(): Promise<IndexSetUpResult> {
  const { SEARCH_ALIAS: alias } = settings;
  try {
    return await ensureProductIndex(client, { alias, version: 'v1', replicas: 'auto' });
  } catch (error) {
    if (!(error instanceof IndexSetUpError) || error.code !== 'MAPPING_NEEDS_REBUILD') throw error;
    const { current = alias } = await describeIndex(client, alias);
    const wayOut = 'streamkeeper reconcile --processor products --whole';
    return { index: current, created: false, cleared: false, warnings: [`${error.message}: ${wayOut}`] };
  }
}

function logResult(result: IndexSetUpResult): void {
  const { index, created, cleared } = result;
  const summary = { alias: settings.SEARCH_ALIAS, index, created, cleared };
  logger.info('search index is set up', summary);
  for (const warning of result.warnings) logger.warn('search index works with less', { warning });
}
