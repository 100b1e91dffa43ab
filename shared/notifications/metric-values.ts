/** What of an item may become a metric's dimension: a value of a closed set, and `other` for everything else. */
import { languageOf } from '../languages.ts';

export const OTHER = 'other';

const CATEGORIES = ['agriculture', 'handicrafts', 'fisheries', 'sericulture', 'spices'];
const BUYER_TYPES = ['b2b', 'b2c'];

export function languageDimension(name: string | null | undefined): string {
  return languageOf(name ?? '') ?? OTHER;
}

export function categoryDimension(name: string | null | undefined): string {
  return oneOf(CATEGORIES, name);
}

/** `b2b`, `b2c` or `other`, in any case. */
export function buyerTypeDimension(name: string | null | undefined): string {
  return oneOf(BUYER_TYPES, name);
}

function oneOf(known: readonly string[], name: string | null | undefined): string {
  return known.find((each) => each === name?.toLowerCase()) ?? OTHER;
}
