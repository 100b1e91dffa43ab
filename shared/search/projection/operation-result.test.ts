import { describe, expect, it } from 'vitest';
import { readItem } from './operation-result.ts';

const error = (type: string, reason = 'r') => ({ type, reason });
const read = (item: Parameters<typeof readItem>[0]) => readItem(item, 'products');

describe('readItem', () => {
  it.each([
    ['created', { status: 201, result: 'created', _index: 'products-v1' }],
    ['updated', { status: 200, result: 'updated', _index: 'products-v1' }],
    ['deleted', { status: 200, result: 'deleted', _index: 'products-v1' }],
    ['a delete that found nothing', { status: 404, result: 'not_found', _index: 'products-v1' }],
  ])('takes %s for done', (_, item) => {
    expect(read(item)).toEqual({ kind: 'done' });
  });

  it('takes a delete for undone when it hit an index under the alias’s own name', () => {
    expect(read({ status: 404, result: 'not_found', _index: 'products' })).toMatchObject({
      kind: 'transient',
      failure: { code: 'ALIAS_IS_AN_INDEX' },
    });
  });

  it('takes a 404 with an error for transient: the alias is missing', () => {
    expect(read({ status: 404, error: error('index_not_found_exception') }).kind).toBe('transient');
  });

  it('reads the current version out of a conflict, where it is named', () => {
    const reason =
      '[a [7]]: version conflict, current version [12] is higher or equal to the one provided [9]';
    expect(read({ status: 409, error: error('version_conflict_engine_exception', reason) })).toEqual({
      kind: 'conflict',
      currentVersion: 12,
    });
    expect(read({ status: 409, error: error('version_conflict_engine_exception', 'other words') })).toEqual({
      kind: 'conflict',
    });
  });

  it.each([
    'mapper_parsing_exception',
    'strict_dynamic_mapping_exception',
    'illegal_argument_exception',
    'document_parsing_exception',
  ])('takes 400 with %s for poison, without its reason', (type) => {
    expect(read({ status: 400, error: error(type, 'failed to parse [phone] value [secret]') })).toEqual({
      kind: 'poison',
      failure: { code: 'DOCUMENT_REFUSED', type },
    });
  });

  it.each([
    [400, 'unknown_exception'],
    [403, 'cluster_block_exception'],
    [429, 'rejected_execution_exception'],
    [503, 'unavailable_shards_exception'],
  ])('takes %d with %s for transient', (status, type) => {
    expect(read({ status, error: error(type) })).toMatchObject({ kind: 'transient' });
  });

  it('takes what blames the document for transient with any status but 400', () => {
    for (const status of [404, 429, 500])
      expect(read({ status, error: error('mapper_parsing_exception') }).kind).toBe('transient');
  });

  it.each([
    ['a 404 that does not say what was not found', { status: 404, _index: 'products-v1' }],
    ['a status of neither success nor error', { status: 301, _index: 'products-v1' }],
  ])('takes %s for transient', (_, item) => {
    expect(read(item)).toMatchObject({ kind: 'transient', failure: { code: `SEARCH_${item.status}` } });
  });

  it('takes a missing answer for transient', () => {
    expect(read(undefined).kind).toBe('transient');
    expect(read({}).kind).toBe('transient');
  });
});
