/**
 * What a stage says when it is deployed to an emulator of AWS on this machine instead of AWS. Only the stage `rehearsal` may say
 * it: a stage that lives on AWS with any of this is refused.
 */
import * as z from 'zod';
import { LOCAL_POOL_REGION } from '../../processors/connections/environment.ts';

/** The one stage that is never deployed to AWS. */
export const EMULATED_STAGE = 'rehearsal';

export const emulatorSchema = z.strictObject({
  /**
   * Where the emulator answers, on this machine and nowhere else. It has no names and no certificates of AWS: WebSocket clients
   * connect, and functions speak to connections, by paths below this URL, and the search engine is called by plain http without a
   * signature.
   */
  url: z
    .string()
    .regex(/^http:\/\/(localhost|127\.0\.0\.1):\d{1,5}$/, 'must be http://localhost:<port>, without a path'),
  /**
   * `left-out`: the function's security group has no way to its cache's. On AWS it could not reach it; an emulator that knows no
   * such rules refuses the whole stack, and one that enforces none reaches it.
   */
  rulesBetweenGroups: z.literal('left-out'),
  /** Alarms that are computed from several metrics, or asked for by a query, are left out: the emulator refuses the stack. */
  alarms: z.literal('of-one-metric'),
  /**
   * Whose access tokens open a connection, where no pool can be asked for its keys: a JSON Web Key Set. The pool is then one in a
   * region that AWS does not have, so that these keys can never be a real pool's. Left out: the stack makes a pool, and nobody
   * can connect unless its keys can be fetched from AWS.
   */
  tokens: z
    .strictObject({
      userPoolId: z
        .string()
        .regex(new RegExp(`^${LOCAL_POOL_REGION}_\\w+$`), `must be a pool in ${LOCAL_POOL_REGION}`),
      clientId: z.string().min(1),
      keys: z.string().min(1),
    })
    .optional(),
});

export type EmulatorSettings = z.infer<typeof emulatorSchema>;
