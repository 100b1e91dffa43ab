/** The times that the fast path relies on, against each other: none is wrong by itself, and no history comes to their limits often. */
import { expect, it } from 'vitest';
import { productIndexBody } from '../product-index.ts';
import { OLD_MS } from './project.ts';
import { REQUEST_TIMEOUT_MS } from './send.ts';

/** How long the engine remembers what it deleted. */
const TOMBSTONE_MS = 1_000 * Number.parseInt(productIndexBody({ replicas: 0 }).settings.gc_deletes, 10);

/** A record's time is in whole seconds, rounded down (API reference, StreamRecord), and clocks differ. */
const CLOCKS_DIFFER_MS = 5_000;

it('a request of the fast path has ended before a tombstone that it must meet may be gone', () => {
  expect(OLD_MS + REQUEST_TIMEOUT_MS + CLOCKS_DIFFER_MS).toBeLessThan(TOMBSTONE_MS);
});

it('the fast path is open to what comes with a pause between its attempts', () => {
  expect(OLD_MS).toBeGreaterThan(REQUEST_TIMEOUT_MS);
});
