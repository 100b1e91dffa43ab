/** Rules of texts: what finds a product in each language, and what must not. */
import { beforeAll, expect, test } from 'vitest';
import { languageKeys, languages } from '../../../shared/languages.ts';
import { searchProducts } from '../../../shared/search/product-search.ts';
import type { ProductQuery } from '../../../shared/search/query-input.ts';
import { type Engine, fill, product, type SearchClaim } from './engine.ts';
import { languageCases } from './language-cases.ts';

const others = [
  product('marathi', { title: { other: ['हापूस आंबा', 'देवगड'] } }),
  product('two-languages', { title: { english: 'Basmati rice', hindi: 'बासमती चावल' } }),
  product('five-kilos', { title: { hindi: '५ किलो गुड़' } }),
  product('mango', { title: { hindi: '\u0905\u093eम का अचार' } }),
];

export function languageContract(engine: () => Engine, claims: readonly SearchClaim[]): void {
  let alias = '';
  beforeAll(async () => {
    alias = await engine().freshAlias();
    const one = languageKeys.map((key) => {
      const { title, description } = languageCases[key];
      return product(key, { title: { [key]: title }, description: { [key]: description } });
    });
    await fill(engine().client, alias, [...one, ...others]);
  });
  const found = async (query: ProductQuery): Promise<string[]> => {
    const { products } = await searchProducts(engine().client, alias, query);
    return products.map(({ productId }) => productId);
  };

  for (const key of languageKeys) {
    const { title, description, word, beginning, inflected, otherForms, absent } = languageCases[key];
    test(`${key}: a word, all words, exact words and a beginning find the product`, async () => {
      const [lastOfDescription = ''] = description.split(' ').slice(-1);
      for (const query of [
        { text: word },
        { text: title },
        { text: `${lastOfDescription} ${word}` },
        { text: `${word} ${absent}`, match: 'any' },
        { text: word, language: key },
        { text: word, language: languages[key].code },
        { exact: word },
        { prefix: beginning },
        { prefix: word, language: key },
      ] satisfies ProductQuery[]) {
        expect(await found(query), JSON.stringify(query)).toEqual([key]);
      }
    });

    test(`${key}: the same text in other characters finds the product`, async () => {
      for (const form of otherForms) {
        for (const query of [{ text: form }, { exact: form }, { prefix: form }]) {
          expect(await found(query), JSON.stringify(query)).toEqual([key]);
        }
      }
    });

    test(`${key}: what is not there finds nothing`, async () => {
      const elsewhere = key === 'hindi' ? 'bengali' : 'hindi';
      for (const query of [
        { text: absent },
        { text: `${word} ${absent}` },
        { text: word, language: elsewhere },
        { exact: beginning },
        { prefix: `${word} ${absent}` },
        { prefix: absent },
      ]) {
        expect(await found(query), JSON.stringify(query)).toEqual([]);
      }
    });

    if (inflected === undefined) continue;
    test.skipIf(!claims.includes('stemming'))(
      `${key}: another form of a word finds the product, unless the exact word is asked for`,
      async () => {
        expect(await found({ text: inflected })).toEqual([key]);
        expect(await found({ exact: inflected })).toEqual([]);
      },
    );
  }

  test('texts in a language outside the table are found by their words', async () => {
    expect(await found({ text: 'देवगड हापूस' })).toEqual(['marathi']);
    expect(await found({ prefix: 'हापू' })).toEqual(['marathi']);
    expect(await found({ text: 'हापूस', language: 'hindi' })).toEqual([]);
  });

  test('all words have to be in one language', async () => {
    expect(await found({ text: 'बासमती चावल' })).toEqual(['two-languages']);
    expect(await found({ text: 'basmati चावल' })).toEqual([]);
  });

  test('a match in the title counts more than one in the description', async () => {
    const own = await engine().freshAlias();
    await fill(engine().client, own, [
      product('a-description', { title: { english: 'coconut' }, description: { english: 'turmeric' } }),
      product('b-title', { title: { english: 'turmeric' }, description: { english: 'coconut' } }),
    ]);
    const { products } = await searchProducts(engine().client, own, { text: 'turmeric' });
    expect(products.map(({ productId }) => productId)).toEqual(['b-title', 'a-description']);
  });

  test('characters that are an operator elsewhere are only characters', async () => {
    for (const text of ['basmati AND rice', '"basmati" OR', 'rice*', '(rice', 'NEAR(rice)', '-rice']) {
      expect((await found({ text, match: 'any' })).length, text).toBeGreaterThan(0);
    }
    expect(await found({ text: '*' })).toEqual([]);
    expect(await found({ prefix: '*' })).toEqual([]);
  });

  test('as many words as a query may have are answered', async () => {
    const words = Array.from({ length: 16 }, (_, index) => `w${index}`).join(' ');
    expect(await found({ text: words, exact: words, prefix: words })).toEqual([]);
  });

  test.skipIf(!claims.includes('digits'))('the digits of every script are the same digits', async () => {
    expect(await found({ text: '5 किलो' })).toEqual(['five-kilos']);
  });

  test.skipIf(!claims.includes('look-alikes'))(
    'letters typed as two that look like one are that one',
    async () => {
      expect(await found({ text: '\u0906म' })).toEqual(['mango']);
    },
  );
}
