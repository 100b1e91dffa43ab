import { expect, test } from 'vitest';
import { languageKeys } from '../languages.ts';
import { productIndexBody, productMappings } from './product-index.ts';

/** The `dynamic` of every object in a mapping, undefined where it has none. */
function dynamics(field: unknown): unknown[] {
  if (typeof field !== 'object' || field === null || !('properties' in field)) return [];
  const own = 'dynamic' in field ? field.dynamic : undefined;
  return [own, ...Object.values(field.properties as object).flatMap(dynamics)];
}

test('every object of the mapping is strict', () => {
  expect(dynamics(productMappings)).toEqual(['strict', 'strict', 'strict']);
});

test('title and description have a field for each language, and one for all others', () => {
  for (const texts of [productMappings.properties.title, productMappings.properties.description]) {
    expect(Object.keys(texts.properties)).toEqual([...languageKeys, 'other']);
  }
});

test('the event id is kept and not indexed', () => {
  expect(productMappings.properties.eventId).toEqual({ type: 'keyword', index: false, doc_values: false });
});

test('copies of the shard are a number, or follow the number of nodes', () => {
  expect(productIndexBody({ replicas: 2 }).settings).toMatchObject({ number_of_replicas: 2 });
  const automatic = productIndexBody({ replicas: 'auto' }).settings;
  expect(automatic).toMatchObject({ auto_expand_replicas: '0-1' });
  expect(automatic).not.toHaveProperty('number_of_replicas');
});
