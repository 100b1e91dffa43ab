import { describe, expect, it } from 'vitest';
import { providerImage, reviewImage, serviceImage } from '../../../test/support/booking.ts';
import { MINUTE_MS, market, shown } from './testing.ts';

const BOTH = ['provider:p1', 'service:s1'];

/** p1 and s1 rated 4 by one review, two hours ago. */
async function rated() {
  const one = market();
  one.tables.put('reviews', reviewImage('r1', 'b1', { rating: 4 }));
  await one.rate(['b1']);
  await one.clock.advance(120 * MINUTE_MS);
  const kinds = async (keys: readonly string[] = BOTH) => (await one.compare(keys)).map(({ kind }) => kind);
  return { ...one, kinds };
}

describe('ratings held against their reviews', () => {
  it('are equal where they are what the reviews make, and where nobody rated and nothing counts', async () => {
    const { kinds, tables } = await rated();
    tables.put('providers', providerImage('p2'));
    tables.put('services', serviceImage('s2', { providerId: 'p2' }));
    expect(await kinds([...BOTH, 'provider:p2', 'service:s2'])).toEqual(Array(4).fill('equal'));
  });

  it('are equal where neither the item nor a rating is', async () => {
    const { kinds } = await rated();
    expect(await kinds(['provider:p9', 'service:s9'])).toEqual(['equal', 'equal']);
  });

  it('differ by the names of attributes; a service’s by its latest reviews too', async () => {
    const { compare, tables } = await rated();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 4, comment: 'Edited.' }));
    expect(await compare(BOTH)).toEqual([{ kind: 'equal' }, { kind: 'different', fields: ['reviews'] }]);
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 1 }));
    expect(await compare(BOTH)).toEqual([
      { kind: 'different', fields: ['rating', 'reviewCount'] },
      { kind: 'different', fields: ['rating', 'reviewCount', 'reviews'] },
    ]);
  });

  it('are missing where reviews count and nobody rated', async () => {
    const { kinds, tables } = await rated();
    tables.put('providers', providerImage('p1'));
    expect(await kinds()).toEqual(['missing', 'equal']);
  });

  it('of a service without its provider are made of that provider’s reviews all the same', async () => {
    const { kinds, tables } = await rated();
    tables.delete('providers', 'p1');
    expect(await kinds()).toEqual(['equal', 'equal']);
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 1 }));
    expect(await kinds()).toEqual(['equal', 'different']);
  });

  it.each([
    ['UNKNOWN_KEY', 'review:r1', {}],
    ['SERVICE_WITHOUT_PROVIDER', 'service:s1', { providerId: null }],
    ['RATING_LOCK_INVALID', 'service:s1', { ratingVersion: 'theirs' }],
  ])('cannot be made, by %s', async (code, key, attributes) => {
    const { compare, reconcile, tables } = await rated();
    tables.put('services', serviceImage('s1', attributes));
    expect(await compare([key])).toMatchObject([{ kind: 'unprojectable', failure: { code } }]);
    expect(await reconcile([key])).toEqual([code]);
  });

  it('are compared by reading alone, a provider’s reviews once', async () => {
    const { compare, tables, measured } = await rated();
    const requests: string[] = [];
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 9 }));
    const before = { transactions: tables.transactions, measured: { ...measured } };
    await compare([...BOTH, ...BOTH], { before: (request) => void requests.push(request) });
    expect(requests.filter((request) => request === 'reviewsOfProvider')).toHaveLength(1);
    expect(requests).not.toContain('write');
    expect({ transactions: tables.transactions, measured }).toEqual(before);
  });

  it('of one provider that cannot be read leave the others compared', async () => {
    const { compare, tables } = await rated();
    tables.put('providers', providerImage('p2'));
    let queries = 0;
    const before = (request: string) => {
      if (request === 'reviewsOfProvider' && queries++ === 0)
        throw Object.assign(new Error(), { code: 'AWAY' });
    };
    expect(await compare(['provider:p1', 'provider:p2'], { before })).toEqual([
      { kind: 'unread', failure: { code: 'AWAY', type: 'Error' } },
      { kind: 'equal' },
    ]);
  });
});

describe('ratings, mended', () => {
  it('are what the reviews make; nothing is written where they are', async () => {
    const { reconcile, kinds, tables } = await rated();
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 1 }));
    expect(await reconcile(BOTH)).toEqual(['applied', 'applied']);
    expect(shown(tables, 'providers', 'p1')).toEqual([2.5, 2]);
    expect(await kinds()).toEqual(['equal', 'equal']);
    const { transactions } = tables;
    expect(await reconcile(BOTH)).toEqual(['duplicate', 'duplicate']);
    expect(tables.transactions).toBe(transactions);
  });

  it('are told from those of the same provider that were right', async () => {
    const { reconcile, tables } = await rated();
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 4, comment: 'Edited.' }));
    expect(await reconcile(BOTH)).toEqual(['duplicate', 'applied']);
    expect(tables.item('services', 's1')).toMatchObject({ reviews: [{ comment: 'Edited.' }] });
  });

  it('of a service that is called as its provider are told from the provider’s', async () => {
    const { compare, reconcile, rate, tables } = market();
    tables.put('services', serviceImage('p1', { providerId: 'p1' }));
    tables.put('reviews', reviewImage('r1', 'b1', { rating: 4, serviceId: 'p1' }));
    await rate(['b1/p1/p1']);
    tables.put('services', serviceImage('p1', { providerId: 'p1' }));
    const keys = ['provider:p1', 'service:p1'];
    expect((await compare(keys)).map(({ kind }) => kind)).toEqual(['equal', 'missing']);
    expect(await reconcile(keys)).toEqual(['duplicate', 'applied']);
  });

  it('create nothing, and rate nobody who has no reviews', async () => {
    const { reconcile, tables } = await rated();
    tables.put('providers', providerImage('p2'));
    expect(await reconcile(['provider:p2', 'provider:p9', 'service:s9'])).toEqual([
      'duplicate',
      'gone',
      'gone',
    ]);
    expect(tables.items('providers')).toHaveLength(2);
    expect(tables.item('providers', 'p2')).not.toHaveProperty('ratingVersion');
  });

  it('of an item that has vanished are gone, and those of what is left of its provider are kept', async () => {
    const { reconcile, tables } = await rated();
    tables.delete('providers', 'p1');
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 1 }));
    expect(await reconcile(BOTH)).toEqual(['gone', 'applied']);
    expect(shown(tables, 'services', 's1')).toEqual([2.5, 2]);
    expect(await reconcile(BOTH)).toEqual(['gone', 'duplicate']);
    expect(tables.items('providers')).toEqual([]);
  });

  it('are computed again when somebody rated meanwhile, and when a read fails', async () => {
    const { reconcile, start, tables, clock, kinds } = await rated();
    tables.put('reviews', reviewImage('r2', 'b2', { rating: 1 }));
    const log: string[] = [];
    const before = async (request: string) => {
      log.push(request);
      if (log.filter((one) => one === 'readProviders').length === 1 && request === 'readProviders')
        throw Object.assign(new Error(), { code: 'AWAY' });
      if (log.filter((one) => one === 'write').length !== 1 || request !== 'write') return;
      tables.put('reviews', reviewImage('r3', 'b3', { rating: 1 }));
      await start(['b3'], { eventAtMs: clock.now() });
    };
    expect(await reconcile(BOTH, { before })).toEqual(['duplicate', 'duplicate']);
    expect(log.filter((request) => request === 'readProviders')).toHaveLength(3);
    expect(shown(tables, 'providers', 'p1')).toEqual([2, 3]);
    expect(await kinds()).toEqual(['equal', 'equal']);
  });
});

describe('the list of ratings', () => {
  it('names providers, then services, that carry one, page by page', async () => {
    const { tables, list } = await rated();
    tables.put('providers', providerImage('p0', { rating: undefined }));
    for (const id of ['p2', 'p3']) tables.put('providers', providerImage(id));
    tables.put('services', serviceImage('s2'));
    const pages = [await list(2)];
    for (let last = pages[0]; last?.after !== undefined; last = pages.at(-1))
      pages.push(await list(2, last.after));
    expect(pages.map(({ keys }) => keys)).toEqual([
      ['provider:p1'],
      ['provider:p2', 'provider:p3'],
      ['service:s1'],
    ]);
    await expect(list(2, 'p1')).rejects.toThrow('projection.after');
  });
});
