/** What functions wait for fits into the time that every stage gives them: a request that nobody answers ends before its function does. */
import { expect, test } from 'vitest';
import { LANGUAGE_MS, REPLY_MS } from '../processors/connections/routes.ts';
import { FORGET_ATTEMPT_MS, FORGET_MS, SET_UP_RESERVE_MS } from '../processors/products/times.ts';
import { REDIS_TIMEOUT_MS } from '../shared/cache/connect.ts';
import { BUMP_ATTEMPTS } from '../shared/cache/generation.ts';
import { LONGEST_CLAIM_MS } from '../shared/idempotency/coalescing-persistence.ts';
import { SEARCH_TIMEOUT_MS } from '../shared/search/client.ts';
import { REQUEST_TIMEOUT_MS } from '../shared/search/projection/send.ts';
import { RESERVE_SECONDS } from './constructs/mapping-settings.ts';
import { resources, templatesOf } from './testing.ts';

/** A request that hangs leaves a batch the time for another. */
const twice = (ms: number) => 2 * ms + RESERVE_SECONDS * 1_000;

/** To be loaded and to answer. */
const OWN_MS = 1_000;

/** By function, what it may wait for in one invocation, ms. */
const NEEDS: Readonly<Record<string, number>> = {
  products: twice(Math.max(SEARCH_TIMEOUT_MS, REQUEST_TIMEOUT_MS)),
  'products-set-up': SET_UP_RESERVE_MS + SEARCH_TIMEOUT_MS,
  'products-forget-queries': FORGET_MS + OWN_MS,
  // A claim that another invocation left is waited out, and then one's own may live as long.
  bids: twice(LONGEST_CLAIM_MS),
  conversations: twice(LONGEST_CLAIM_MS),
  bookings: twice(LONGEST_CLAIM_MS),
  'analysis-results': twice(REDIS_TIMEOUT_MS),
  // It asks nobody.
  analytics: twice(0),
  connections: LANGUAGE_MS + REPLY_MS + OWN_MS,
  // The pool's keys, once more where the first answer is none (aws-jwt-verify's own limit for each is 3 s).
  'connections-authorizer': 2 * 3_000 + OWN_MS,
};

function timeouts(stage: string): readonly (readonly [name: string, ms: number])[] {
  return Object.values(templatesOf(stage)).flatMap((template) =>
    Object.values(resources(template, 'AWS::Lambda::Function')).flatMap(({ Properties }) => {
      const { FunctionName: name, Timeout: seconds } = Properties;
      // CDK's own function behind the trigger has no name.
      if (typeof name !== 'string') return [];
      return [[name.replace(`streamkeeper-${stage}-`, ''), Number(seconds) * 1_000] as const];
    }),
  );
}

test.each(['dev', 'staging', 'prod'])('in %s every function has more time than it waits', (stage) => {
  const given = timeouts(stage);
  expect(given.length).toBeGreaterThan(8);
  for (const [name, ms] of given) {
    expect(NEEDS, `${name} waits for nothing that is written down here`).toHaveProperty(name);
    expect(ms, name).toBeGreaterThanOrEqual(NEEDS[name] ?? Number.NaN);
  }
});

test('the last attempt of a set-up ends before its function, also where a request of it hangs', () => {
  expect(SET_UP_RESERVE_MS).toBeGreaterThanOrEqual(SEARCH_TIMEOUT_MS + 2 * OWN_MS);
});

test('all attempts to have the cache forget fit into the time there is for them', () => {
  expect(BUMP_ATTEMPTS * FORGET_ATTEMPT_MS).toBeLessThanOrEqual(FORGET_MS);
  expect(BUMP_ATTEMPTS).toBeGreaterThan(1);
});

test('who writes to the index goes by the same time as who asks it', () => {
  expect(REQUEST_TIMEOUT_MS).toBe(SEARCH_TIMEOUT_MS);
});
