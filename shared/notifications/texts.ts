/**
 * Puts a notification to its recipient in words of the recipient's language. The catalogs are data: one file per language,
 * every key in every one of them, in ICU MessageFormat.
 */
import { IntlMessageFormat } from 'intl-messageformat';
import { type LanguageKey, languages } from '../languages.ts';
import bengali from './catalogs/bengali.json' with { type: 'json' };
import english from './catalogs/english.json' with { type: 'json' };
import hindi from './catalogs/hindi.json' with { type: 'json' };
import kannada from './catalogs/kannada.json' with { type: 'json' };
import malayalam from './catalogs/malayalam.json' with { type: 'json' };
import odia from './catalogs/odia.json' with { type: 'json' };
import tamil from './catalogs/tamil.json' with { type: 'json' };
import telugu from './catalogs/telugu.json' with { type: 'json' };

export type MessageKey = keyof typeof english;

export const catalogs: Readonly<Record<LanguageKey, Readonly<Record<MessageKey, string>>>> = {
  bengali,
  english,
  hindi,
  kannada,
  malayalam,
  odia,
  tamil,
  telugu,
};

/** How many of what: `200 kg`. */
export interface Quantity {
  readonly number: number;
  readonly unit: string | null;
}

/** Which text, with what in it. */
export interface TextOf {
  readonly key: MessageKey;
  readonly values: Readonly<Record<string, string | number | Quantity>>;
}

/** Paise are shown where there are any. */
const formats = {
  number: { rupees: { style: 'currency', currency: 'INR', trailingZeroDisplay: 'stripIfInteger' } },
} as const;

const compiled = new Map<string, IntlMessageFormat>();
const numbers = new Map<string, Intl.NumberFormat>();

export function renderText({ key, values }: TextOf, language: LanguageKey): string {
  const locale = localeOf(language);
  const message = kept(
    compiled,
    `${language} ${key}`,
    () => new IntlMessageFormat(catalogs[language][key], locale, formats),
  );
  const filled = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'object' ? quantityText(value, locale) : value,
  ]);
  return String(message.format(Object.fromEntries(filled)));
}

/** As spoken in India, with the digits that prices are written in on every market there: `bn` alone would take its own. */
export function localeOf(language: LanguageKey): string {
  return `${languages[language].code}-IN-u-nu-latn`;
}

function quantityText({ number, unit }: Quantity, locale: string): string {
  const text = kept(numbers, locale, () => new Intl.NumberFormat(locale)).format(number);
  return unit === null ? text : `${text} ${unit}`;
}

function kept<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const found = cache.get(key) ?? make();
  cache.set(key, found);
  return found;
}
