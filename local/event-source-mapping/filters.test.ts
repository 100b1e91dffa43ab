import { describe, expect, it } from 'vitest';
import { compileFilters, MappingError } from './index.ts';

const passes = (pattern: unknown, event: unknown) => compileFilters([JSON.stringify(pattern)])?.(event);
const image = (attributes: object) => ({
  eventName: 'INSERT',
  dynamodb: { NewImage: attributes, SizeBytes: 46 },
});
const onImage = (attributes: object) => ({ dynamodb: { NewImage: attributes } });

describe('comparisons', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['equal strings', ['active'], { S: 'active' }, true],
    ['strings that differ in case', ['Active'], { S: 'active' }, false],
    ['one of several values', ['sold', 'active'], { S: 'active' }, true],
    ['the empty string', [''], { S: '' }, true],
    ['equals-ignore-case', [{ 'equals-ignore-case': 'ACTIVE' }], { S: 'active' }, true],
    ['a prefix', [{ prefix: 'act' }], { S: 'active' }, true],
    ['a prefix elsewhere', [{ prefix: 'tive' }], { S: 'active' }, false],
    ['a suffix', [{ suffix: 'tive' }], { S: 'active' }, true],
    ['anything-but another value', [{ 'anything-but': 'sold' }], { S: 'active' }, true],
    ['anything-but that value', [{ 'anything-but': ['sold', 'active'] }], { S: 'active' }, false],
    ['anything-but where there is no value', [{ 'anything-but': 'sold' }], {}, false],
    ['exists on a leaf', [{ exists: true }], { S: 'active' }, true],
    ['exists on a missing leaf', [{ exists: true }], {}, false],
    ['exists: false on a missing leaf', [{ exists: false }], {}, true],
    ['exists: false or a value', [{ exists: false }, 'active'], { S: 'active' }, true],
  ])('%s', (_title, test, attribute, expected) => {
    expect(passes(onImage({ status: { S: test } }), image({ status: attribute }))).toBe(expected);
  });

  it('a boolean is matched under BOOL', () => {
    expect(passes(onImage({ keep: { BOOL: [true] } }), image({ keep: { BOOL: true } }))).toBe(true);
    expect(passes(onImage({ keep: { BOOL: ['true'] } }), image({ keep: { BOOL: true } }))).toBe(false);
  });

  it('null matches a JSON null and not a missing value', () => {
    expect(passes({ userIdentity: [null] }, { userIdentity: null })).toBe(true);
    expect(passes({ userIdentity: [null] }, {})).toBe(false);
  });

  it('several fields must all match; $or needs one of its branches', () => {
    const either = { $or: [{ eventName: ['REMOVE'] }, onImage({ a: { S: ['x'] } })] };
    expect(passes(either, image({ a: { S: 'x' } }))).toBe(true);
    expect(passes(either, image({ a: { S: 'y' } }))).toBe(false);
    expect(passes({ ...either, eventName: ['MODIFY'] }, image({ a: { S: 'x' } }))).toBe(false);
  });

  it('an element of a list is enough', () => {
    const tags = image({ tags: { SS: ['fresh', 'organic'] }, lines: { L: [{ S: 'a' }, { S: 'b' }] } });
    expect(passes(onImage({ tags: { SS: ['organic'] } }), tags)).toBe(true);
    expect(passes(onImage({ lines: { L: { S: ['b'] } } }), tags)).toBe(true);
    expect(passes(onImage({ lines: { L: { S: ['c'] } } }), tags)).toBe(false);
  });
});

describe('what recordings on AWS showed', () => {
  it('eventName is filtered, though the guide speaks of dynamodb alone', () => {
    expect(passes({ eventName: ['INSERT', 'MODIFY'] }, image({}))).toBe(true);
    expect(passes({ eventName: ['REMOVE'] }, image({}))).toBe(false);
  });

  it('deletions by time to live are told apart by userIdentity', () => {
    const ttl = { userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] } };
    expect(passes(ttl, { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } })).toBe(
      true,
    );
    expect(passes(ttl, { eventName: 'REMOVE' })).toBe(false);
  });

  it('numeric never matches under N, whose numbers are strings, and does match real numbers', () => {
    expect(passes(onImage({ n: { N: [{ numeric: ['>', 100] }] } }), image({ n: { N: '101' } }))).toBe(false);
    expect(passes({ dynamodb: { SizeBytes: [{ numeric: ['>', 0, '<=', 46] }] } }, image({}))).toBe(true);
    expect(passes({ dynamodb: { SizeBytes: [{ numeric: ['=', 47] }] } }, image({}))).toBe(false);
  });

  it.each([
    ['=', 46, false, true, false],
    ['>', 46, false, false, true],
    ['>=', 46, false, true, true],
    ['<', 46, true, false, false],
    ['<=', 46, true, true, false],
  ])('numeric %s 46 is for 45, 46 and 47 as in arithmetic', (operator, limit, below, at, above) => {
    const matches = (SizeBytes: number) =>
      passes({ dynamodb: { SizeBytes: [{ numeric: [operator, limit] }] } }, { dynamodb: { SizeBytes } });
    expect([45, 46, 47].map(matches)).toEqual([below, at, above]);
  });

  it('a record has no names but its own', () => {
    expect(passes({ toString: [{ exists: true }] }, {})).toBe(false);
    expect(passes({ constructor: { name: ['Object'] } }, {})).toBe(false);
  });

  it('beside a numeric that cannot match, anything-but decides', () => {
    const pattern = onImage({ id: { N: [{ numeric: ['>', 100] }, { 'anything-but': '101' }] } });
    expect(passes(pattern, image({ id: { N: '42' } }))).toBe(true);
    expect(passes(pattern, image({ id: { N: '101' } }))).toBe(false);
  });

  it('a plain number is compared by its text: 46 is not 46.0', () => {
    const event = image({});
    expect(compileFilters(['{"dynamodb":{"SizeBytes":[46]}}'])?.(event)).toBe(true);
    expect(compileFilters(['{"dynamodb":{"SizeBytes":[46.0]}}'])?.(event)).toBe(false);
    expect(compileFilters(['{"dynamodb":{"SizeBytes":[{"numeric":["=",46.0]}]}}'])?.(event)).toBe(true);
  });

  it('on a map node exists: false matches always and exists: true never, key or no key', () => {
    for (const event of [image({ presentKey: { S: 'x' } }), image({})]) {
      expect(passes(onImage({ presentKey: [{ exists: false }] }), event)).toBe(true);
      expect(passes(onImage({ presentKey: [{ exists: true }] }), event)).toBe(false);
    }
  });

  it('of a name written twice the last one counts', () => {
    const twice = '{"dynamodb":{"NewImage":{"a":{"S":["x"]}}},"dynamodb":{"SizeBytes":[46]}}';
    expect(compileFilters([twice])?.(image({}))).toBe(true);
  });

  it('without its type descriptor an attribute never matches', () => {
    const event = image({ presentKey: { S: 'presentValue' } });
    expect(passes(onImage({ presentKey: ['presentValue'] }), event)).toBe(false);
    expect(passes(onImage({ presentKey: { S: ['presentValue'] } }), event)).toBe(true);
  });

  it('filters are alternatives', () => {
    const filter = compileFilters(['{"eventName":["REMOVE"]}', '{"eventName":["INSERT"]}']);
    expect(filter?.(image({}))).toBe(true);
    expect(compileFilters([])).toBeUndefined();
  });
});

describe('invalid patterns', () => {
  it.each([
    ['no JSON', 'not-json'],
    ['broken JSON', '[{"eventName": ["INSERT"=123}]'],
    ['a scalar', '"single-string"'],
    ['a number', '5'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['a value without a list', '{"eventName":"INSERT"}'],
    ['an empty list', '{"eventName":[]}'],
    ['a list in a list', '{"eventName":[["INSERT"]]}'],
    ['two operators in one', '{"a":[{"prefix":"x","suffix":"y"}]}'],
    ['an operator of EventBridge that Lambda does not list', '{"a":[{"wildcard":"x*"}]}'],
    ['exists with a string', '{"a":[{"exists":"true"}]}'],
    ['a prefix of a number', '{"a":[{"prefix":1}]}'],
    ['numeric with a string', '{"a":[{"numeric":["=","1"]}]}'],
    ['numeric with half a range', '{"a":[{"numeric":[">",1,"<"]}]}'],
    ['an upside-down range', '{"a":[{"numeric":[">",5,"<",1]}]}'],
    ['anything-but of mixed kinds', '{"a":[{"anything-but":["x",1]}]}'],
    ['an empty $or', '{"$or":[]}'],
  ])("%s is refused in AWS's words", (_title, pattern) => {
    expect(() => compileFilters([pattern])).toThrow(
      expect.objectContaining({
        name: 'InvalidParameterValueException',
        message: 'Invalid filter pattern definition.',
        detail: expect.stringContaining('FilterCriteria.Filters[0].Pattern'),
      }),
    );
  });

  it('the refusal is a MappingError', () => {
    expect(() => compileFilters(['x'])).toThrow(MappingError);
  });
});
