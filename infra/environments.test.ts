/** Every function gets exactly the settings that it reads, in a form that it accepts. */
import { expect, test } from 'vitest';
import type * as z from 'zod/mini';
import { analysisResultsEnvironment } from '../processors/analysis-results/environment.ts';
import { analyticsEnvironment } from '../processors/analytics/environment.ts';
import { bidsEnvironment } from '../processors/bids/environment.ts';
import { bookingsEnvironment } from '../processors/bookings/environment.ts';
import { connectionsEnvironment, readTokenRules } from '../processors/connections/environment.ts';
import { conversationsEnvironment } from '../processors/conversations/environment.ts';
import { forgetQueriesEnvironment, productsEnvironment } from '../processors/products/environment.ts';
import { redisOptions } from '../shared/cache/settings.ts';
import { readEnvironment } from '../shared/config/environment.ts';
import { systemClock } from '../shared/time/clock.ts';
import { resource, resources, type StackName, templatesOf } from './testing.ts';
import { inWords } from './testing-rights.ts';

const dev = templatesOf('dev');
const staging = templatesOf('staging');

/** Read by Lambda, Node.js and Powertools rather than by our code. */
const TELEMETRY = ['NODE_OPTIONS', 'POWERTOOLS_METRICS_NAMESPACE', 'POWERTOOLS_SERVICE_NAME'];

/** A function's variables, with words for what only a deployment knows. */
function variables(template: typeof dev.ekBharath, id: string): Record<string, string> {
  const { Environment } = resource(template, 'AWS::Lambda::Function', id).Properties;
  const { Variables } = Environment as { Variables: Record<string, unknown> };
  const words = Object.entries(Variables).map(([name, value]) => [name, inWords(template, value)]);
  return Object.fromEntries(words);
}

/** What a deployment makes of the words. */
function deployed(given: Record<string, string>): Record<string, string> {
  const { REDIS_URL: redis } = given;
  return {
    ...given,
    AWS_REGION: 'eu-west-1',
    DEAD_LETTER_QUEUE_URL: `https://sqs.eu-west-1.amazonaws.com/1/${given['DEAD_LETTER_QUEUE_URL']}`,
    ...(redis === undefined ? {} : { REDIS_URL: redis.replace(/:[^:]*Port$/, ':6379') }),
  };
}

const SCHEMAS: readonly (readonly [StackName, string, z.ZodMiniObject])[] = [
  ['ekBharath', 'ProductsProcessor', productsEnvironment],
  ['ekBharath', 'ProductQueriesForget', forgetQueriesEnvironment],
  ['ekBharath', 'BidsProcessor', bidsEnvironment],
  ['ekBharath', 'ConversationsProcessor', conversationsEnvironment],
  ['ekBharath', 'ConnectionsRoutes', connectionsEnvironment],
  ['marketplace', 'BookingsProcessor', bookingsEnvironment],
  ['opportunityAnalysis', 'AnalysisResultsProcessor', analysisResultsEnvironment],
  ['opportunityAnalysis', 'AnalyticsProcessor', analyticsEnvironment],
];

test.each(SCHEMAS)(
  'in %s, %s accepts its settings, and is given none that it does not read',
  (stack, id, schema) => {
    for (const templates of [dev, staging]) {
      const given = variables(templates[stack], id);
      expect(() => readEnvironment(schema, deployed(given))).not.toThrow();
      const own = Object.keys(given).filter((name) => !TELEMETRY.includes(name));
      expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(own));
    }
  },
);

test('the authorizer knows the pool and the client, and no keys', () => {
  const given = variables(dev.ekBharath, 'ConnectionsAuthorizer');
  expect(Object.keys(given).filter((name) => !TELEMETRY.includes(name))).toEqual([
    'USER_POOL_ID',
    'USER_POOL_CLIENT_ID',
  ]);
  expect(readTokenRules({ ...given, USER_POOL_ID: 'eu-west-1_Example' })).not.toHaveProperty('jwks');
});

test('no template of any stage holds keys for tokens', () => {
  for (const templates of [dev, staging, templatesOf('prod')]) {
    for (const template of Object.values(templates)) {
      expect(JSON.stringify(template.toJSON())).not.toContain('USER_POOL_JWKS');
    }
  }
});

test('the cache is found by its address, and from staging on over TLS as a user of its own', () => {
  const id = 'AnalysisResultsProcessor';
  const address = 'CacheCluster.PrimaryEndPoint.Address:CacheCluster.PrimaryEndPoint.Port';
  expect(variables(dev.opportunityAnalysis, id)).toMatchObject({
    REDIS_URL: `redis://${address}`,
    REDIS_AUTH: 'none',
  });
  const secured = variables(staging.opportunityAnalysis, id);
  expect(secured).toMatchObject({
    REDIS_URL: `rediss://${address}`,
    REDIS_AUTH: 'iam',
    REDIS_USER: 'streamkeeper-staging-analysis-results',
    REDIS_CACHE_NAME: 'streamkeeper-staging',
  });
  const identity = {
    clock: systemClock,
    credentials: async () => ({ accessKeyId: 'key', secretAccessKey: 'secret' }),
  };
  const settings = readEnvironment(analysisResultsEnvironment, deployed(secured));
  expect(redisOptions(settings, identity)).toHaveProperty('credentials');
});

test('every function tells its metrics and logs apart by its name', () => {
  const systems = Object.keys(dev) as StackName[];
  for (const system of systems) {
    for (const code of Object.values(resources(dev[system], 'AWS::Lambda::Function'))) {
      const { Environment, FunctionName } = code.Properties as {
        Environment?: { Variables: Record<string, string> };
        FunctionName?: string;
      };
      // CDK's own function behind the trigger has no name.
      if (FunctionName === undefined) continue;
      expect(`streamkeeper-dev-${Environment?.Variables['POWERTOOLS_SERVICE_NAME']}`).toBe(FunctionName);
    }
  }
});
