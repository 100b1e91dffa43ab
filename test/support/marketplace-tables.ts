/**
 * The marketplace's tables in memory: consistent reads, transactions with their conditions, and indexes of the reviews that lag
 * behind their table, each for itself.
 */
import type { Image } from '../../fixtures/generate/image.ts';
import type { RatingTables, RatingWrite } from '../../processors/bookings/ratings/tables.ts';
import type { ReadItems } from '../../shared/dynamodb/read-items.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import type { Item } from '../../shared/stream/change.ts';
import type { Clock } from '../../shared/time/clock.ts';

export type TableName = 'bookings' | 'providers' | 'services' | 'reviews';

export const KEY_OF: Readonly<Record<TableName, string>> = {
  bookings: 'bookingId',
  providers: 'providerId',
  services: 'serviceId',
  reviews: 'reviewId',
};

export type Index = 'ofProvider' | 'ofBooking';

const ATTRIBUTE: Readonly<Record<Index, string>> = { ofProvider: 'providerId', ofBooking: 'bookingId' };

/** Called before each request; what it throws, the request throws. `written` is called after a transaction that is in place. */
export interface Interference {
  readonly before?: (request: keyof RatingTables) => Promise<void> | void;
  readonly written?: () => Promise<void> | void;
}

interface State {
  readonly image: Image | undefined;
  readonly shownAtMs: Readonly<Record<Index, number>>;
}

export class MarketplaceTables {
  readonly #clock: Clock;
  readonly #lagMs: (index: Index) => number;
  readonly #items: Readonly<Record<TableName, Map<string, Item>>> = {
    bookings: new Map(),
    providers: new Map(),
    services: new Map(),
    reviews: new Map(),
  };
  readonly #states = new Map<string, State[]>();
  /** By index and key, the reviews that were ever under it. */
  readonly #everUnder = new Map<string, Set<string>>();
  readonly #bookingShown = new Map<string, number>();
  transactions = 0;

  /**
   * The booking's index shows the reviews of one booking in the order of their writes; where it does not, a later review of the
   * booking may count for a while, because no event says which review it is about.
   *
   * @param lagMs for how long an index does not show a write, asked once for each write and index
   */
  constructor(clock: Clock, lagMs: (index: Index) => number = () => 0) {
    this.#clock = clock;
    this.#lagMs = lagMs;
  }

  put(table: TableName, image: Image): void {
    const id = image[KEY_OF[table]]?.S ?? '';
    this.#items[table].set(id, decodeImage(image));
    if (table === 'reviews') this.#remember(id, image);
  }

  delete(table: TableName, id: string): void {
    this.#items[table].delete(id);
    if (table === 'reviews') this.#remember(id, undefined);
  }

  /** The item as JSON would show it. */
  item(table: TableName, id: string): Record<string, unknown> | undefined {
    const item = this.#items[table].get(id);
    return item === undefined ? undefined : JSON.parse(JSON.stringify(item));
  }

  items(table: TableName): readonly Record<string, unknown>[] {
    return [...this.#items[table].values()].map((item) => JSON.parse(JSON.stringify(item)));
  }

  /** What one invocation sees of them. */
  access({ before = () => {}, written = () => {} }: Interference = {}): RatingTables {
    const read =
      (table: TableName, request: keyof RatingTables): ReadItems =>
      async (keys) => {
        await before(request);
        return keys.map((key) => this.#items[table].get(key[KEY_OF[table]] ?? ''));
      };
    const query = (index: Index, request: keyof RatingTables) => async (id: string) => {
      await before(request);
      return this.#shown(index, id);
    };
    return {
      readProviders: read('providers', 'readProviders'),
      readServices: read('services', 'readServices'),
      readReviews: read('reviews', 'readReviews'),
      readBookings: read('bookings', 'readBookings'),
      reviewsOfProvider: query('ofProvider', 'reviewsOfProvider'),
      reviewsOfBooking: query('ofBooking', 'reviewsOfBooking'),
      ratedIds: async (table, { after = '', limit }) => {
        await before('ratedIds');
        const left = [...this.#items[table]]
          .filter(([id]) => id > after)
          .sort(([a], [b]) => (a < b ? -1 : 1));
        const page = left.slice(0, limit);
        const last = left.length > limit ? page.at(-1)?.[0] : undefined;
        return {
          ids: page.flatMap(([id, item]) =>
            item.rating === undefined && item.reviewCount === undefined ? [] : [id],
          ),
          ...(last === undefined ? {} : { after: last }),
        };
      },
      write: async (writes) => {
        await before('write');
        if (!writes.every((write) => this.#isUnlocked(write))) return { kind: 'lock-lost' };
        for (const write of writes) this.#rate(write);
        this.transactions++;
        await written();
        return { kind: 'written' };
      },
    };
  }

  #isUnlocked({ table, id, expectedVersion }: RatingWrite): boolean {
    const item = this.#items[table].get(id);
    return item !== undefined && item.ratingVersion === expectedVersion;
  }

  #rate({ table, id, version, recentReviews, rating, reviewCount, reviews }: RatingWrite): void {
    this.#items[table].set(id, {
      ...this.#items[table].get(id),
      rating,
      reviewCount,
      ratingVersion: version,
      recentReviews: Object.fromEntries(recentReviews),
      ...(reviews === undefined ? {} : { reviews: reviews.map((review) => ({ ...review })) }),
    });
  }

  /** An index shows the states of an item in their order. */
  #remember(id: string, image: Image | undefined): void {
    const states = this.#states.get(id) ?? [];
    this.#states.set(id, states);
    const last = states.at(-1);
    const booking = (image ?? last?.image)?.[ATTRIBUTE.ofBooking]?.S ?? '';
    const ofProvider = Math.max(this.#nextShown('ofProvider'), last?.shownAtMs.ofProvider ?? 0);
    const ofBooking = Math.max(this.#nextShown('ofBooking'), this.#bookingShown.get(booking) ?? 0);
    this.#bookingShown.set(booking, ofBooking);
    states.push({ image, shownAtMs: { ofProvider, ofBooking } });
    for (const index of ['ofProvider', 'ofBooking'] as const) {
      const key = `${index} ${image?.[ATTRIBUTE[index]]?.S}`;
      this.#everUnder.set(key, (this.#everUnder.get(key) ?? new Set()).add(id));
    }
  }

  #nextShown(index: Index): number {
    return this.#clock.now() + this.#lagMs(index);
  }

  #shown(index: Index, id: string): readonly Item[] {
    const nowMs = this.#clock.now();
    return [...(this.#everUnder.get(`${index} ${id}`) ?? [])].flatMap((review) => {
      const states = this.#states.get(review) ?? [];
      const image = states.findLast(({ shownAtMs }) => shownAtMs[index] <= nowMs)?.image;
      return image?.[ATTRIBUTE[index]]?.S === id ? [decodeImage(image)] : [];
    });
  }
}
