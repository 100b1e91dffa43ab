import { expect, test } from 'vitest';
import { languageKeys, languageOf, languages } from './languages.ts';

test('a language is known by its whole word and by its ISO code, in any case', () => {
  for (const key of languageKeys) {
    expect(languageOf(key)).toBe(key);
    expect(languageOf(languages[key].code)).toBe(key);
    expect(languageOf(` ${key.toUpperCase()} `)).toBe(key);
  }
});

test('what is not in the table is no language, not even a word every object has', () => {
  for (const name of ['french', 'fr', '', 'other', 'constructor', '__proto__', 'hind']) {
    expect(languageOf(name)).toBeUndefined();
  }
});

test('no two languages share a code or a script', () => {
  for (const part of ['code', 'script'] as const) {
    expect(new Set(languageKeys.map((key) => languages[key][part])).size).toBe(languageKeys.length);
  }
});

test('every code and script is one that the platform knows', () => {
  for (const key of languageKeys) {
    const { code, script } = languages[key];
    expect(new Intl.Locale(code).maximize().script).toBe(script);
  }
});
