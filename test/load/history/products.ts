/** Products for ever: a fixed number of ids that are offered, edited, spoilt, deleted and offered again. */
import { editOf } from '../../../fixtures/generate/products/edits.ts';
import { productsStream } from '../../../fixtures/generate/products/market-day.ts';
import { newOffer, type Offer } from '../../../fixtures/generate/products/new-offer.ts';
import { detailsRow, pricingRow, productKeys } from '../../../fixtures/generate/products/product.ts';
import type { Random } from '../../../fixtures/generate/random.ts';
import { put, remove, type Step } from './step.ts';

/** The index holds about so many documents, however long it goes on. */
const PRODUCTS = 4_000;
const MINUTE_MS = 60_000;

export function* productHistory(random: Random, startMs: number): Generator<Step, never> {
  const offers = new Map<string, Offer>();
  for (let nowMs = startMs; ; nowMs += MINUTE_MS) {
    // Few products get most of the attention.
    const id = `soak-${Math.floor(PRODUCTS * random.next() ** 2)}`;
    const keys = productKeys(id);
    const offer = offers.get(id);
    if (offer === undefined) {
      const created = newOffer(random, id, nowMs);
      offers.set(id, created);
      yield put(productsStream, keys, detailsRow(created.product));
      continue;
    }
    if (random.chance(0.03)) {
      yield put(productsStream, productKeys(id, 'PRICING'), pricingRow(touched(offer, nowMs).product));
      continue;
    }
    if (random.chance(0.002)) {
      // Poison: the function knows no such status. The next edit mends it.
      yield put(productsStream, keys, { ...detailsRow(offer.product), status: { S: 'on-the-moon' } });
      continue;
    }
    const edit = editOf(offer, random, nowMs);
    if (edit === 'remove') {
      offers.delete(id);
      yield remove(productsStream, keys);
      continue;
    }
    const edited = touched({ ...offer, product: { ...offer.product, ...edit } }, nowMs);
    offers.set(id, edited);
    yield put(productsStream, keys, detailsRow(edited.product));
  }
}

const touched = (offer: Offer, nowMs: number): Offer => ({
  ...offer,
  product: { ...offer.product, updatedAt: new Date(nowMs).toISOString() },
});
