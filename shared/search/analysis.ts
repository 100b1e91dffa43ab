/**
 * How texts become terms: the analyzers of the product index, derived from the table of languages, and the parts of them
 * an engine may lack. An analyzer without such a part still works; `analysisSettings` says what is lost with it.
 */
import { languageKeys, languages } from '../languages.ts';
import { scriptForms } from './script-forms.ts';

type FilterDefinition =
  | { readonly type: 'stemmer'; readonly language: string }
  | { readonly type: 'stop'; readonly stopwords: string };

/** The analyzer of a language's texts. */
export const analyzerOf = (language: string): string => `${language}_text`;

/** Words as they are written: no stemming, no stop words. Exact and prefix terms go by it, in every language. */
export const wordsAnalyzer = 'words';

/** Texts in a language that is not in the table. */
export const otherAnalyzer = 'other_text';

const stemmer = (language: string): FilterDefinition => ({ type: 'stemmer', language });
const stop = (language: string): FilterDefinition => ({ type: 'stop', stopwords: `_${language}_` });

const customFilters: Readonly<Record<string, FilterDefinition>> = {
  english_possessive: stemmer('possessive_english'),
  english_stop: stop('english'),
  english_stemmer: stemmer('english'),
  hindi_stop: stop('hindi'),
  hindi_stemmer: stemmer('hindi'),
  bengali_stop: stop('bengali'),
  bengali_stemmer: stemmer('bengali'),
  tamil_stemmer: stemmer('tamil'),
};

const wordFilters = ['lowercase', 'decimal_digit', 'indic_normalization'] as const;

const analyzers: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(languageKeys.map((key) => [analyzerOf(key), languages[key].filters])),
  [otherAnalyzer]: wordFilters,
  [wordsAnalyzer]: wordFilters,
};

const scriptFormsName = 'script_forms';
const scriptFormsFilter = { type: 'mapping' as const, mappings: scriptForms() };

/** A part of the analyzers that belongs to the engine's module analysis-common, so that an engine may lack it. */
export interface AnalysisPart {
  readonly name: string;
  readonly kind: 'char_filter' | 'filter';
  /** What `_analyze` takes to try it: its own name, or its definition. */
  readonly definition: string | FilterDefinition | typeof scriptFormsFilter;
}

/** `lowercase` and the standard tokenizer are in every engine's core. */
export const optionalParts: readonly AnalysisPart[] = [
  { name: scriptFormsName, kind: 'char_filter', definition: scriptFormsFilter },
  ...[...new Set(Object.values(analyzers).flat())]
    .filter((name) => name !== 'lowercase')
    .map((name): AnalysisPart => ({ name, kind: 'filter', definition: customFilters[name] ?? name })),
];

/** The `analysis` block of the index settings, without the parts the engine lacks. */
export function analysisSettings(missing: ReadonlySet<string> = new Set()) {
  const present = (name: string): boolean => !missing.has(name);
  const charFilters = present(scriptFormsName) ? [scriptFormsName] : [];
  return {
    char_filter: Object.fromEntries(charFilters.map((name) => [name, scriptFormsFilter])),
    filter: Object.fromEntries(Object.entries(customFilters).filter(([name]) => present(name))),
    analyzer: Object.fromEntries(
      Object.entries(analyzers).map(([name, filters]) => [
        name,
        {
          type: 'custom' as const,
          tokenizer: 'standard',
          char_filter: charFilters,
          filter: filters.filter(present),
        },
      ]),
    ),
  };
}

/** What is lost with the missing parts, one line per kind; nothing if nothing is missing. */
export function analysisWarnings(missing: ReadonlySet<string>): string[] {
  const filters = [...missing].filter((name) => name !== scriptFormsName);
  const users = Object.keys(analyzers).filter((name) => analyzers[name]?.some((part) => missing.has(part)));
  return [
    ...(missing.has(scriptFormsName)
      ? ['the engine lacks the char filter "mapping": texts find each other only in the same Unicode form']
      : []),
    ...(filters.length > 0
      ? [
          `the engine lacks the token filters ${filters.join(', ')}: ${users.join(', ')} work without them and find fewer forms of a word`,
        ]
      : []),
  ];
}
