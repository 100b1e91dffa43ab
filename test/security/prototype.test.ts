/** Names that mean something to JavaScript are names like any other, in whatever somebody else wrote. */
import { afterEach, expect, test } from 'vitest';
import { readText } from '../../operator/dead-letters/read-message.ts';
import { envelope } from '../../operator/dead-letters/testing.ts';
import { createRedactor } from '../../operator/redaction/redact.ts';
import { parseRules } from '../../operator/redaction/rules.ts';
import { desiredState } from '../../processors/products/document.ts';
import { buildProductSearch } from '../../shared/search/product-query.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import { streamRecord } from '../support/record.ts';

const POLLUTING =
  '{"__proto__":{"polluted":{"S":"x"}},"constructor":{"M":{"prototype":{"M":{"polluted":{"S":"x"}}}}}}';

afterEach(() => {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const attempt = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
  }
};

test('an item with __proto__ and constructor changes no prototype', () => {
  const image = JSON.parse(POLLUTING.replace('{"polluted":{"S":"x"}}', '{"M":{"polluted":{"S":"x"}}}'));
  const item = decodeImage(image);
  expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
  attempt(() => desiredState('p1', item));
});

test('a letter with __proto__ and constructor changes no prototype', () => {
  const record = { ...streamRecord(), dynamodb: JSON.parse(POLLUTING) };
  readText(
    JSON.stringify(envelope({ record })).replace('"version":1', `"version":1,${POLLUTING.slice(1, -1)}`),
  );
  readText(POLLUTING);
  createRedactor().redact(record);
});

test('rules and questions with __proto__ and constructor change no prototype', () => {
  attempt(() => parseRules(JSON.parse(`{"version":1,"rules":[${POLLUTING}]}`), 'rules.json'));
  attempt(() => buildProductSearch(JSON.parse(POLLUTING)));
});
