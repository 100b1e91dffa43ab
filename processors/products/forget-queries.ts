/**
 * Runs in the network of the query cache, invoked whenever products changed: from then on every cached page is of the past.
 * Harmless when repeated or late; when it fails, pages expire by themselves.
 */
import { randomUUID } from 'node:crypto';
import { connectRedis } from '../../shared/cache/connect.ts';
import { generationBump, persistent } from '../../shared/cache/generation.ts';
import { redisOptions } from '../../shared/cache/settings.ts';
import { readEnvironment } from '../../shared/config/environment.ts';
import { executionIdentity } from '../../shared/lambda/execution-identity.ts';
import { startDeadline } from '../../shared/stream/deadline.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { forgetQueriesEnvironment } from './environment.ts';
import { FORGET_ATTEMPT_MS, FORGET_MS } from './times.ts';

const settings = readEnvironment(forgetQueriesEnvironment, process.env);
const identity = { clock: systemClock, credentials: async () => executionIdentity(process.env).credentials };
const redis = connectRedis({ ...redisOptions(settings, identity), timeoutMs: FORGET_ATTEMPT_MS });
const bump = persistent(generationBump(redis, { newId: randomUUID }));

/** @throws {RedisError} with its code, which Lambda logs and counts */
export async function handler(): Promise<void> {
  const deadline = startDeadline(systemClock, FORGET_MS);
  try {
    await bump(deadline.signal);
  } finally {
    deadline.cancel();
  }
}
