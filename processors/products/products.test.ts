import { describe, expect, it } from 'vitest';
import { decodeRecord } from '../../shared/stream/decode.ts';
import { projectedSearch } from '../../test/support/projected-search.ts';
import { productImage, productKeys, type RecordParts, streamRecord } from '../../test/support/record.ts';
import { productId } from './key.ts';
import { productsOperated } from './operate.ts';
import { decide, productsProcessor } from './processor.ts';

function change(parts: RecordParts) {
  const decoded = decodeRecord(streamRecord(parts), 'new');
  if (!decoded.ok) throw new Error(decoded.failure.details);
  return decoded.change;
}

/** What is decided for the product `p1` with these attributes changed, as JSON would show it. */
function decided(attributes: object) {
  const decision = decide(change({ newImage: productImage('p1', attributes) }));
  return JSON.parse(JSON.stringify(decision));
}

function document(attributes: object) {
  const { kind, effect } = decided(attributes);
  expect(kind).toBe('effect');
  return effect.document;
}

describe('productId', () => {
  it('comes from the key, whatever the attribute says', () => {
    const attributes = { product_id: { S: 'other' } };
    expect(productId(change({ newImage: productImage('p1', attributes) }))).toBe('p1');
  });

  it('may hold the separator itself', () => {
    expect(productId(change({ keys: productKeys('a#b') }))).toBe('a#b');
  });

  it.each([{ PK: { S: 'USER#1' } }, { PK: { S: 'PRODUCT#' } }, { PK: { N: '1' } }, {}])(
    'is not to be had from %j',
    (keys) => {
      expect(productId(change({ keys }))).toBeUndefined();
    },
  );
});

it('a row stands for its product only if it is the product itself', () => {
  const keys = (PK: unknown, SK: unknown) => productsOperated.keysOf({ PK, SK } as never);
  expect(keys('PRODUCT#p1', 'DETAILS')).toEqual(['p1']);
  expect(keys('PRODUCT#p1', 'PRICING')).toEqual([]);
  expect(keys('USER#p1', 'DETAILS')).toEqual([]);
});

it('an item whose id is too long for the engine cannot be projected, and one that is not there can: as nothing', async () => {
  const { projection, context, run } = projectedSearch();
  const { client, alias } = projection;
  const item = { product_id: 'p1', status: 'active' };
  const compared = (items: readonly [typeof item | undefined]) => {
    const processor = productsProcessor({ client, alias, readItems: async () => items });
    return run(processor.projection?.compare(['x'.repeat(513)], context) ?? Promise.reject(new Error()));
  };
  expect(await compared([item])).toMatchObject([{ kind: 'unprojectable', failure: { code: 'ID_TOO_LONG' } }]);
  expect(await compared([undefined])).toEqual([{ kind: 'equal' }]);
});

describe('what a change of a product means', () => {
  it('is a document with everything a reader searches, filters and sorts by', () => {
    expect(document({ harvest_date: { S: '2026-01-02' } })).toEqual({
      productId: 'p1',
      status: 'active',
      vendorId: 'v1',
      title: { english: 'Tomato', hindi: 'टमाटर' },
      category: 'agriculture',
      state: 'Bihar',
      district: 'Patna',
      location: { lat: 25.6, lon: 85.1 },
      wholesalePrice: 18.5,
      wholesaleMinQuantity: 10,
      retailPrice: 24,
      quantity: 100,
      unit: 'kg',
      harvestDate: '2026-01-02',
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it.each(['sold', 'expired', 'inactive'])('keeps a product that is %s, with that status', (status) => {
    expect(document({ status: { S: status } }).status).toBe(status);
  });

  it('is a deletion when the app deletes by status, and when the item is removed', () => {
    expect(decided({ status: { S: 'deleted' } })).toEqual({ kind: 'effect', effect: { kind: 'delete' } });
    const malformed = { status: { S: 'deleted' }, title: { N: '1' } };
    expect(decided(malformed)).toEqual({ kind: 'effect', effect: { kind: 'delete' } });
    expect(decide(change({ eventName: 'REMOVE' }))).toEqual({ kind: 'effect', effect: { kind: 'delete' } });
  });

  it('takes both spellings of the minimum quantity', () => {
    const pricing = { M: { wholesale: { M: { min_qty: { N: '7' }, price: { N: '1' } } } } };
    expect(document({ pricing }).wholesaleMinQuantity).toBe(7);
  });

  it('takes the state from the location, and the copy only where the location has none', () => {
    expect(document({ state: { S: 'stale' } }).state).toBe('Bihar');
    expect(document({ state: { S: 'Kerala' }, location: { M: {} } }).state).toBe('Kerala');
  });

  it('keeps texts of a language that is not in the table', () => {
    const title = { M: { english: { S: 'Silk' }, marathi: { S: 'रेशीम' } } };
    expect(document({ title }).title).toEqual({ english: 'Silk', other: ['रेशीम'] });
  });

  it('keeps each of two texts that stand under names of one language', () => {
    const title = { M: { Hindi: { S: 'टमाटर' }, hindi: { S: 'लाल टमाटर' } } };
    expect(document({ title }).title).toEqual({ hindi: 'टमाटर', other: ['लाल टमाटर'] });
  });

  it('keeps what is zero: nothing left, a price of nothing, a place on the equator', () => {
    const zero = { N: '0' };
    const wholesale = { M: { price: zero, min_quantity: zero, min_qty: { N: '7' } } };
    const pricing = { M: { wholesale, retail: { M: { price: zero } } } };
    const location = { M: { coordinates: { L: [zero, zero] } } };
    expect(document({ pricing, location, quantity_available: zero })).toMatchObject({
      wholesalePrice: 0,
      wholesaleMinQuantity: 0,
      retailPrice: 0,
      quantity: 0,
      location: { lat: 0, lon: 0 },
    });
  });

  it('treats null as absent', () => {
    const NULL = { NULL: true };
    expect(document({ unit: NULL, pricing: NULL, location: NULL, description: NULL })).not.toHaveProperty(
      'unit',
    );
  });

  it('writes numbers beyond a double with their own digits', () => {
    const decision = decide(
      change({ newImage: productImage('p1', { quantity_available: { N: '9007199254740993' } }) }),
    );
    expect(JSON.stringify(decision)).toContain('"quantity":9007199254740993');
  });

  it.each([
    ['PRICING', 'pricing-row'],
    ['IMAGES', 'images-row'],
    ['SOMETHING', 'unknown-row'],
    ['constructor', 'unknown-row'],
  ])('is nothing for the row %s, by a rule with a name', (row, rule) => {
    expect(decide(change({ keys: productKeys('p1', row) }))).toEqual({ kind: 'ignored', rule });
  });

  it('is poison when the id is too long for the engine, however the characters count', () => {
    expect(decide(change({ keys: productKeys('अ'.repeat(170)) })).kind).toBe('effect');
    expect(decide(change({ keys: productKeys('अ'.repeat(171)) }))).toMatchObject({
      kind: 'poison',
      failure: { code: 'ID_TOO_LONG' },
    });
  });

  it.each([
    [
      'no status',
      { status: { NULL: true } },
      'status: null, expected one of active, sold, expired, inactive, deleted',
    ],
    ['an unknown status', { status: { S: 'paused' } }, 'status: a value of type string, expected one of'],
    ['a title that is text', { title: { S: 'Tomato' } }, 'title: a value of type string, expected a map'],
    [
      'a title of numbers',
      { title: { M: { hindi: { N: '1' } } } },
      'title.*: a value of type number, expected a string',
    ],
    [
      'a price as text',
      { pricing: { M: { retail: { M: { price: { S: '24' } } } } } },
      'pricing.retail.price: a value of type string',
    ],
    ['one coordinate', { location: { M: { coordinates: { L: [{ N: '1' }] } } } }, 'location.coordinates'],
  ])('is poison with %s, and names the field, the kind and what was expected', (_, attributes, text) => {
    const { kind, failure } = decided(attributes);
    expect(kind).toBe('poison');
    expect(failure.code).toBe('INVALID_PRODUCT');
    expect(failure.details).toContain(text);
  });

  it('never repeats a value of the item in a failure', () => {
    const secret = 'name-of-a-person';
    const { failure } = decided({
      status: { S: secret },
      title: { M: { [secret]: { N: '1' } } },
      unit: { L: [{ S: secret }] },
    });
    expect(JSON.stringify(failure)).not.toContain(secret);
  });
});
