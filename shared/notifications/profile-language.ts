/** The language to write to a user in, as the profile says it; the users table keeps profiles under `USER#<id>`. */
import type { ReadItems } from '../dynamodb/read-items.ts';
import { type LanguageKey, languageOf } from '../languages.ts';

export type LanguageOfUser = (userId: string, signal: AbortSignal) => Promise<LanguageKey>;

/** Where there is no profile, no language in it, or none that is known here. */
const OTHERWISE: LanguageKey = 'english';

/** @param readItems of the users table */
export function profileLanguage(readItems: ReadItems): LanguageOfUser {
  return async (userId, signal) => {
    const [profile] = await readItems([{ PK: `USER#${userId}`, SK: 'PROFILE' }], signal);
    const known = profile?.languages;
    const first = Array.isArray(known) ? known[0] : undefined;
    return (typeof first === 'string' ? languageOf(first) : undefined) ?? OTHERWISE;
  };
}
