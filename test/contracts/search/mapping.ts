/** Rules of the strict mapping: what is refused, as what, and what is kept as it is. */
import { expect, test } from 'vitest';
import { searchProducts } from '../../../shared/search/product-search.ts';
import { exactNumber } from '../../../shared/stream/exact-number.ts';
import { bulk, type Engine, fill, product, write } from './engine.ts';

const refused = {
  'a field that is not in the mapping': ['strict_dynamic_mapping_exception', { colour: 'red' }],
  'a language that is not in the mapping': [
    'strict_dynamic_mapping_exception',
    { title: { french: 'tomate' } },
  ],
  'a text where a number belongs': ['mapper_parsing_exception', { retailPrice: 'cheap' }],
  'a text where a date belongs': ['mapper_parsing_exception', { createdAt: 'yesterday' }],
  'a place outside the earth': ['mapper_parsing_exception', { location: { lat: 95, lon: 77 } }],
  'an object where a keyword belongs': ['mapper_parsing_exception', { category: { name: 'spices' } }],
  'a text where the texts by language belong': ['mapper_parsing_exception', { title: 'tomato' }],
  'a keyword too long for a term': ['illegal_argument_exception', { category: 'x'.repeat(32_767) }],
} as const;

export function mappingContract(engine: () => Engine): void {
  for (const [what, [type, fields]] of Object.entries(refused)) {
    test(`${what} is refused with 400 ${type}, and its neighbours are written`, async () => {
      const { client } = engine();
      const alias = await engine().freshAlias();
      const answers = await bulk(
        client,
        alias,
        write.index('before', 1),
        write.index('refused', 1, { ...product('refused'), ...fields }),
        write.index('after', 1),
      );
      expect(answers.map(({ status }) => status)).toEqual([201, 400, 201]);
      expect(answers[1]?.error?.type).toBe(type);
      expect((await client.exists({ index: alias, id: 'refused' })).body).toBe(false);
    });
  }

  test('a refused change leaves the document as it was', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    await fill(client, alias, [product('p', { unit: 'kg' })]);
    await bulk(client, alias, write.index('p', 2, { ...product('p'), colour: 'red' }));
    const { body } = await client.get({ index: alias, id: 'p' });
    expect(body).toMatchObject({ _version: 1, _source: product('p', { unit: 'kg' }) });
  });

  test('a document is kept as it was written', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const whole = product('whole', {
      vendorId: 'USER#7',
      title: { hindi: 'ताज़े टमाटर', other: ['tomates', 'トマト'] },
      description: { tamil: 'தக்காளி' },
      category: 'agriculture',
      location: { lat: 12.9716, lon: 77.5946 },
      wholesalePrice: 18.5,
      wholesaleMinQuantity: 100,
      retailPrice: 0.1,
      harvestDate: '2025-01-31',
      createdAt: '2025-01-31T09:15:00.123Z',
      eventId: 'e1',
    });
    await bulk(client, alias, write.index('whole', 1, whole));
    expect((await client.get({ index: alias, id: 'whole' })).body._source).toEqual(whole);
  });

  test('a number beyond 2^53 is taken, and found by its size', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    const large = exactNumber('12345678901234567890123.5');
    await fill(client, alias, [
      product('large', { retailPrice: large }),
      product('small', { retailPrice: 5 }),
    ]);
    const { products } = await searchProducts(client, alias, {
      buyer: 'b2c',
      price: { min: 1e22, max: 1e23 },
    });
    expect(products.map(({ productId }) => productId)).toEqual(['large']);
  });

  test('the event id is kept for the projection, and shown to no reader', async () => {
    const { client } = engine();
    const alias = await engine().freshAlias();
    await fill(client, alias, [product('p', { eventId: 'e1' })]);
    const { body } = await client.mget({ index: alias, _source_includes: ['eventId'], body: { ids: ['p'] } });
    expect(body.docs).toMatchObject([{ _id: 'p', found: true, _version: 1, _source: { eventId: 'e1' } }]);
    expect((await searchProducts(client, alias, {})).products).toEqual([product('p')]);
  });
}
