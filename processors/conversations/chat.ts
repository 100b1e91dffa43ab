/** The chat that a row belongs to, from its key alone, and whose chat it is. */
import { userIdForms } from '../../shared/notifications/user-id.ts';
import type { Change } from '../../shared/stream/change.ts';

const CHAT = 'CHAT#';
const MESSAGE = 'MSG#';
/** Between the two parties in the key: writers use either. */
const SEPARATORS = ['#', '-'];

export type Row =
  | { readonly kind: 'message'; readonly written: string }
  | { readonly kind: 'metadata' | 'unknown' };

/** The key of the chat, which is what its rows are ordered by; undefined when it is not of this table's form. */
export function orderingKey({ keys }: Pick<Change, 'keys'>): string | undefined {
  const { PK, SK } = keys;
  if (typeof PK !== 'string' || !PK.startsWith(CHAT) || PK.length === CHAT.length) return undefined;
  return typeof SK === 'string' ? PK : undefined;
}

export function chatId({ keys }: Pick<Change, 'keys'>): string {
  return String(keys.PK).slice(CHAT.length);
}

export function rowOf({ keys }: Pick<Change, 'keys'>): Row {
  const row = String(keys.SK);
  if (row === 'METADATA') return { kind: 'metadata' };
  return row.startsWith(MESSAGE) && row.length > MESSAGE.length
    ? { kind: 'message', written: row.slice(MESSAGE.length) }
    : { kind: 'unknown' };
}

/**
 * Whether the chat is between exactly these two. Ids may hold the separators themselves, so the key is not taken apart:
 * it is compared with every form it could have.
 */
export function isBetween(chat: string, one: string, other: string): boolean {
  const [oneForms, otherForms] = [userIdForms(one), userIdForms(other)];
  return SEPARATORS.some((between) =>
    oneForms.some((a) =>
      otherForms.some((b) => chat === `${a}${between}${b}` || chat === `${b}${between}${a}`),
    ),
  );
}
