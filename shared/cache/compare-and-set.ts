/**
 * The one script that writes to the cache: compare-and-set on an item's exact position in the stream. A value and the
 * version it was written at live under two keys, so that the value is plain JSON for whoever reads it, and the version
 * outlives it as a tombstone. Nothing else writes either key. The embedded endpoint and real Redis run the same text.
 */

/** Room for every sequence number that decoding lets through; padded, so that comparing text compares numbers. */
const SEQUENCE_DIGITS = 60;

/** Milliseconds from 2001 to 2286 have 13 digits, so that times, too, compare as text. */
const EARLIEST_MS = 1_000_000_000_000;
const LATEST_MS = 9_999_999_999_999;

/**
 * A version is `<sequence>.<tombstone's end>.<edition>`. The edition counts what was written at one sequence by readers
 * of the table, so that no version ever comes back: "still the one that was read" means that nothing was written since.
 *
 * Lua 5.1 in Redis, 5.3 in the embedded endpoint. SET with PXAT needs Redis 6.2.
 */
export const COMPARE_AND_SET = `
local call, keys, arguments = redis.call, KEYS, ARGV
local filled = string.rep('0', ${SEQUENCE_DIGITS})
local answers = {}
for entry = 1, #keys / 2 do
  local value, version = keys[2 * entry - 1], keys[2 * entry]
  local head, content = arguments[2 * entry - 1], arguments[2 * entry]
  local condition, sequence = string.sub(head, 1, 1), string.sub(head, 2, ${SEQUENCE_DIGITS + 1})
  local tombstone = string.sub(head, ${SEQUENCE_DIGITS + 15}, ${SEQUENCE_DIGITS + 27})
  local stored = call('GET', version) or ''
  local held = string.sub(stored, 1, ${SEQUENCE_DIGITS})
  local edition, answer = '0', 'written'
  if condition == 's' then
    if stored ~= string.sub(head, ${SEQUENCE_DIGITS + 28}) then
      answer = 'conflict:' .. stored
    elseif held >= sequence and stored ~= '' then
      sequence = held
      edition = string.format('%d', tonumber(string.sub(stored, ${SEQUENCE_DIGITS + 16})) + 1)
    end
  elseif held == sequence then
    answer = 'duplicate'
  elseif held > sequence or held == filled or (stored == '' and condition == 'o') then
    answer = 'conflict:' .. stored
  end
  if answer == 'written' then
    local promised = string.sub(stored, ${SEQUENCE_DIGITS + 2}, ${SEQUENCE_DIGITS + 14})
    if promised > tombstone then tombstone = promised end
    if content == '' then
      call('DEL', value)
    else
      call('SET', value, content, 'PXAT', string.sub(head, ${SEQUENCE_DIGITS + 2}, ${SEQUENCE_DIGITS + 14}))
    end
    call('SET', version, sequence .. '.' .. tombstone .. '.' .. edition, 'PXAT', tombstone)
  end
  answers[entry] = answer
end
return answers
`.trim();

/**
 * - `newer`: what is stored was written by an event before this one, or nothing is stored. What a reader of the table
 *   stored, at position 0, has no place among events: that is a conflict.
 * - `newer-than-stored`: the same, but something must be stored: for events so old that what was stored may be forgotten.
 * - `still`: nothing was written since this version was read; '' where none was. Carries the state of the item itself.
 */
export type Condition =
  | { readonly kind: 'newer' }
  | { readonly kind: 'newer-than-stored' }
  | { readonly kind: 'still'; readonly version: string };

export interface CacheEntry {
  readonly key: string;
  readonly condition: Condition;
  /** Decimal digits; absent: position 0, before every event. */
  readonly sequenceNumber?: string;
  /** Absent: the value goes, and its version stays as a tombstone. */
  readonly value?: { readonly json: string; readonly expiresAtMs: number };
  /** Until when the version stays; if an earlier write promised longer, that holds. */
  readonly tombstoneUntilMs: number;
}

export type CacheAnswer =
  | { readonly kind: 'written' }
  | { readonly kind: 'duplicate' }
  /** `version` as it is stored, '' where there is none. */
  | { readonly kind: 'conflict'; readonly version: string };

export function versionKey(key: string): string {
  return `version:${key}`;
}

/**
 * The script's keys, then its arguments, for entries of distinct keys: two of each for an entry, because every one of them costs the
 * server more than what is done with it. The first argument is a head of fixed columns (condition, sequence, expiry, tombstone's
 * end) and the version that was read; the second is the value.
 */
export function scriptArguments(entries: readonly CacheEntry[]): {
  readonly keys: string[];
  readonly values: string[];
} {
  return {
    keys: entries.flatMap(({ key }) => [key, versionKey(key)]),
    values: entries.flatMap((entry) => [headOf(entry), entry.value?.json ?? '']),
  };
}

const CONDITION_LETTER: Record<Condition['kind'], string> = {
  newer: 'n',
  'newer-than-stored': 'o',
  still: 's',
};

function headOf({ condition, sequenceNumber, value, tombstoneUntilMs }: CacheEntry): string {
  const expiresAtMs = value?.expiresAtMs ?? 0;
  return [
    CONDITION_LETTER[condition.kind],
    paddedSequence(sequenceNumber),
    timeText(expiresAtMs),
    timeText(Math.max(tombstoneUntilMs, expiresAtMs)),
    condition.kind === 'still' ? condition.version : '',
  ].join('');
}

const CONFLICT = 'conflict:';

/** @throws {TypeError} when the answer is none of the script's */
export function readAnswer(answer: unknown): CacheAnswer {
  if (answer === 'written' || answer === 'duplicate') return { kind: answer };
  if (typeof answer === 'string' && answer.startsWith(CONFLICT)) {
    return { kind: 'conflict', version: answer.slice(CONFLICT.length) };
  }
  throw new TypeError('the cache answered something that the script does not say');
}

function paddedSequence(sequenceNumber = ''): string {
  return sequenceNumber.padStart(SEQUENCE_DIGITS, '0');
}

function timeText(ms: number): string {
  return String(storedMs(ms));
}

/** The moment, milliseconds since the epoch, that is stored for one that was asked for. */
export function storedMs(ms: number): number {
  return Math.trunc(Math.min(LATEST_MS, Math.max(EARLIEST_MS, ms)));
}
