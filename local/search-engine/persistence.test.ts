import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ids, index, remove, statuses, testEngine } from './test-engine.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'search-engine-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('everything survives a restart: documents, texts, versions, tombstones, mappings, aliases, settings', () => {
  const file = join(folder, 'search.db');
  const first = testEngine({ file });
  first.call('PUT', '/_cluster/settings', { persistent: { 'action.auto_create_index': 'false' } });
  first.bulk(
    index('a', 5),
    { name: ['x', 'y'], title: { hindi: 'लाल टमाटर' } },
    index('b', 5),
    {},
    remove('b', 7),
  );
  first.close();

  const second = testEngine({ file, clock: first.clock });
  expect(ids(second.search({ query: { match: { 'title.hindi': 'टमाटर' } } }))).toEqual(['a']);
  expect(ids(second.search({ query: { term: { name: 'y' } } }))).toEqual(['a']);
  const reply = second.bulk(
    index('a', 5),
    {},
    index('b', 6),
    {},
    index('c', 1),
    { colour: 'red' },
    index('a', 6),
    {},
  );
  expect(statuses(reply)).toEqual([409, 409, 400, 200]);
  expect(second.call('GET', '/things/_doc/a').body).toMatchObject({ _version: 6, _seq_no: 3 });
  expect(second.call('POST', '/other/_doc', {}).status).toBe(404);
  second.close();
});

test('a file that is no database is an error that names it', () => {
  const file = join(folder, 'search.db');
  writeFileSync(file, 'this is no database, whatever its name says'.repeat(100));
  expect(() => testEngine({ file })).toThrow(`search engine file: ${file} cannot be used`);
});
