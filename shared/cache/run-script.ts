/** Runs the compare-and-set on many entries: in a few scripts sent at once, loaded again where the server has forgotten it. */
import { createHash } from 'node:crypto';
import {
  type CacheAnswer,
  type CacheEntry,
  COMPARE_AND_SET,
  readAnswer,
  scriptArguments,
} from './compare-and-set.ts';
import { accepted, type Command, isRefused, type Redis, RedisError, type Reply } from './redis.ts';

/** The script's name for EVALSHA (Redis, "EVALSHA"). */
const SHA = createHash('sha1').update(COMPARE_AND_SET).digest('hex');

/** Entries and bytes of a script: a call's own cost is shared by many, and the server, which does one at a time, is soon free for others. */
const MAX_ENTRIES = 32;
const MAX_BYTES = 256 * 1024;

export type EntryResult =
  | CacheAnswer
  /** The server refused the script that held the entry; whether it was carried out is not known. */
  | { readonly kind: 'refused'; readonly code: string };

/**
 * @param entries of distinct keys
 * @returns one result per entry, in order
 * @throws {RedisError} when the server cannot be asked; what was sent may have been carried out
 */
export async function compareAndSet(
  redis: Redis,
  entries: readonly CacheEntry[],
  signal: AbortSignal,
): Promise<readonly EntryResult[]> {
  if (entries.length === 0) return [];
  const groups = pack(entries);
  const replies = [
    ...(await redis.send(
      groups.map((group) => command('EVALSHA', SHA, group)),
      signal,
    )),
  ];
  const forgotten = groups.flatMap((_, index) => (isForgotten(replies[index]) ? [index] : []));
  if (forgotten.length > 0) {
    const again = await redis.send(
      forgotten.map((index) => command('EVAL', COMPARE_AND_SET, groups[index] ?? [])),
      signal,
    );
    forgotten.forEach((index, position) => {
      replies[index] = again[position] ?? null;
    });
  }
  return groups.flatMap((group, index) => readReply(replies[index], group));
}

function* groupsOf(entries: readonly CacheEntry[]): Generator<readonly CacheEntry[]> {
  let group: CacheEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entry.value?.json.length ?? 0;
    if (group.length > 0 && (group.length === MAX_ENTRIES || bytes + size > MAX_BYTES)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(entry);
    bytes += size;
  }
  yield group;
}

function pack(entries: readonly CacheEntry[]): readonly (readonly CacheEntry[])[] {
  return [...groupsOf(entries)];
}

function command(name: 'EVAL' | 'EVALSHA', script: string, group: readonly CacheEntry[]): Command {
  const { keys, values } = scriptArguments(group);
  return [name, script, String(keys.length), ...keys, ...values];
}

/** Scripts are lost when the server restarts or another takes over (Redis, "Scripting: script cache"). */
function isForgotten(reply: Reply | undefined): boolean {
  return isRefused(reply) && reply.code === 'NOSCRIPT';
}

function readReply(reply: Reply | undefined, group: readonly CacheEntry[]): readonly EntryResult[] {
  if (isRefused(reply)) return group.map(() => reply);
  const answers = accepted(reply);
  if (!Array.isArray(answers) || answers.length !== group.length) throw new RedisError('REDIS_NO_ANSWER');
  return answers.map(readAnswer);
}
