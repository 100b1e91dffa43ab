import { expect, test } from 'vitest';
import { languageKeys } from '../languages.ts';
import { analysisSettings, analysisWarnings, analyzerOf, optionalParts } from './analysis.ts';

test('every language has an analyzer', () => {
  const { analyzer } = analysisSettings();
  for (const key of languageKeys) expect(analyzer).toHaveProperty(analyzerOf(key));
});

test('an analyzer uses nothing that is missing, and loses nothing else', () => {
  for (const { name } of optionalParts) {
    const whole = analysisSettings();
    const reduced = analysisSettings(new Set([name]));
    expect(reduced.filter).not.toHaveProperty(name);
    expect(reduced.char_filter).not.toHaveProperty(name);
    for (const [analyzer, { filter, char_filter }] of Object.entries(whole.analyzer)) {
      const without = (parts: readonly string[]) => parts.filter((part) => part !== name);
      expect(reduced.analyzer[analyzer]?.filter).toEqual(without(filter));
      expect(reduced.analyzer[analyzer]?.char_filter).toEqual(without(char_filter));
    }
  }
});

test('without any optional part words are still words in lower case', () => {
  const { analyzer } = analysisSettings(new Set(optionalParts.map(({ name }) => name)));
  for (const { filter, char_filter } of Object.values(analyzer)) {
    expect(filter).toEqual(['lowercase']);
    expect(char_filter).toEqual([]);
  }
});

test('a warning names what is missing and where it is missed', () => {
  expect(analysisWarnings(new Set())).toEqual([]);
  const [warning, ...more] = analysisWarnings(new Set(['tamil_stemmer']));
  expect(warning).toMatch(/tamil_stemmer.*tamil_text/);
  expect(more).toEqual([]);
});
