/**
 * The one table of languages: what the products are written in and how each is analyzed for search. A language is added
 * here and nowhere else; the index mapping, the queries and the recognition of keys are derived from it.
 */

export interface Language {
  /** The language's own name for itself. */
  readonly endonym: string;
  /** ISO 639-1. */
  readonly code: string;
  /** ISO 15924. */
  readonly script: string;
  /**
   * Token filters after the standard tokenizer, in order; names are OpenSearch's own or those of `customFilters` in
   * search/analysis.ts. Hindi, Bengali and English are OpenSearch's built-in analyzers taken apart; Tamil has a stemmer
   * but no built-in analyzer; for the others Lucene has the normalization of Indic scripts only.
   */
  readonly filters: readonly string[];
}

const indic = ['lowercase', 'decimal_digit', 'indic_normalization'] as const;

const table = {
  english: {
    endonym: 'English',
    code: 'en',
    script: 'Latn',
    filters: ['english_possessive', 'lowercase', 'english_stop', 'english_stemmer'],
  },
  hindi: {
    endonym: 'हिन्दी',
    code: 'hi',
    script: 'Deva',
    filters: [...indic, 'hindi_normalization', 'hindi_stop', 'hindi_stemmer'],
  },
  bengali: {
    endonym: 'বাংলা',
    code: 'bn',
    script: 'Beng',
    filters: [...indic, 'bengali_normalization', 'bengali_stop', 'bengali_stemmer'],
  },
  tamil: { endonym: 'தமிழ்', code: 'ta', script: 'Taml', filters: [...indic, 'tamil_stemmer'] },
  telugu: { endonym: 'తెలుగు', code: 'te', script: 'Telu', filters: indic },
  kannada: { endonym: 'ಕನ್ನಡ', code: 'kn', script: 'Knda', filters: indic },
  malayalam: { endonym: 'മലയാളം', code: 'ml', script: 'Mlym', filters: indic },
  odia: { endonym: 'ଓଡ଼ିଆ', code: 'or', script: 'Orya', filters: indic },
} as const satisfies Record<string, Language>;

export type LanguageKey = keyof typeof table;

export const languages: Readonly<Record<LanguageKey, Language>> = table;

export const languageKeys = Object.keys(table) as readonly LanguageKey[];

const byName = new Map<string, LanguageKey>(
  languageKeys.flatMap((key) => [
    [key, key],
    [table[key].code, key],
  ]),
);

/** The language meant by a whole word (`hindi`) or an ISO 639-1 code (`hi`), in any case; undefined if not in the table. */
export function languageOf(name: string): LanguageKey | undefined {
  return byName.get(name.trim().toLowerCase());
}
