/**
 * What the users of the query cache may do in it, in the words of Redis's and Valkey's ACL: exactly what generation.ts and
 * query-cache.ts send.
 */
import { GENERATION_KEY, SETTLING_KEY } from './generation.ts';

/** Who begins generations, and reads nothing. */
export const KEEPER_ACL = `~${GENERATION_KEY} ~${SETTLING_KEY} -@all +set`;

/** Who looks for pages and keeps them, and begins a generation where there is none. */
export const READERS_ACL = '~products:* -@all +mget +set';
